/** Where the labels of points go: beside their points, clear of all points and of one another, as near as there is room. */

/** A point with its label; positions in pixels, y downwards. */
export interface Labelled {
  readonly x: number;
  readonly y: number;
  readonly label: string;
}

/** A label put somewhere: its left edge, its middle line, and where a line from its point ends. */
export interface Placed extends Labelled {
  readonly left: number;
  readonly middle: number;
  readonly edge: number;
}

/** Sizes in pixels: of the drawing, of a character and a line of text, and of a point. */
export interface Sizes {
  readonly width: number;
  readonly height: number;
  readonly character: number;
  readonly line: number;
  readonly point: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Puts every label, in the order of the points; one that finds no room lies where it would with nothing else there. */
export function placeLabels(points: readonly Labelled[], sizes: Sizes): Placed[] {
  const taken: Box[] = points.map(({ x, y }) => boxAround(x, y, sizes.point, sizes.point));
  return points.map((point) => {
    const spots = spotsOf(point, sizes);
    const fits = (spot: Placed): boolean => inside(boxOf(spot, sizes), sizes) && !taken.some((box) => overlap(box, boxOf(spot, sizes)));
    const spot = spots.find(fits) ?? spots[0]!;
    taken.push(boxOf(spot, sizes));
    return spot;
  });
}

/** Right, left, above and below of the point, then the same farther up and down. */
function spotsOf(point: Labelled, { character, line, point: size, width, height }: Sizes): Placed[] {
  const length = point.label.length * character;
  const gap = size / 2 + 3;
  const lefts = [point.x + gap, point.x - gap - length, point.x - length / 2];
  const rows = Array.from({ length: Math.ceil(Math.max(width, height) / line) }, (_, i) => [i * line, -i * line]).flat().slice(1);
  return rows.flatMap((row) => lefts.map((left) => ({ ...point, left, middle: point.y + row, edge: Math.max(left, Math.min(point.x, left + length)) })));
}

function boxOf({ left, middle, label }: Placed, { character, line }: Sizes): Box {
  return { left, right: left + label.length * character, top: middle - line / 2, bottom: middle + line / 2 };
}

function boxAround(x: number, y: number, width: number, height: number): Box {
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
}

function inside({ left, right, top, bottom }: Box, { width, height }: Sizes): boolean {
  return left >= 0 && right <= width && top >= 0 && bottom <= height;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

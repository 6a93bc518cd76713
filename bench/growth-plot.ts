/** Time and memory over the number of states as a Vega specification: a line for each way to run each checker. */
import type { Json } from '../src/report/json.js';
import type { Over, RunLimits } from './measure.js';

/** What a line belongs to, which its color tells. */
export type Kind = 'Shootdown' | 'SPIN' | 'rumur';

/** A run on a model of so many states; without figures if it was over a limit. */
export interface Point {
  readonly line: string;
  readonly kind: Kind;
  readonly states: number;
  readonly seconds?: number;
  readonly bytes?: number;
  readonly over?: Over;
}

/** Sizes in pixels. */
const sizes = { width: 380, height: 360, gap: 84, row: 19, mark: 9 };

const ink = '#222222';
const colors: Readonly<Record<Kind, string>> = { Shootdown: '#1f4fbf', SPIN: '#b3401e', rumur: '#2c7a3d' };
// Kinds differ by their dashes and lines by their symbols, so that color is not needed.
const dashes: Readonly<Record<Kind, readonly number[]>> = { Shootdown: [], SPIN: [7, 3], rumur: [2, 3] };
const hourglass = 'M-0.8,-0.9L0.8,-0.9L-0.8,0.9L0.8,0.9Z';
const star = 'M0,-1.2L0.27,-0.37L1.14,-0.37L0.44,0.14L0.7,0.97L0,0.46L-0.7,0.97L-0.44,0.14L-1.14,-0.37L-0.27,-0.37Z';
const shapes: Readonly<Record<Kind, readonly string[]>> = {
  Shootdown: ['circle', 'square', 'triangle-up', 'diamond'],
  SPIN: ['cross', 'triangle-down', hourglass],
  rumur: ['triangle-left', 'triangle-right', star],
};

interface Line {
  readonly line: string;
  readonly kind: Kind;
  readonly shape: string;
  readonly color: string;
  readonly dash: readonly number[];
}

/** The specification, to be rendered by Vega 6. */
export function growthPlot(points: readonly Point[], limits: RunLimits): Json {
  const all = linesOf(points);
  const states = points.map((point) => point.states);
  const domain: [number, number] = [Math.min(...states) / 1.3, Math.max(...states) * 1.6];
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    width: 2 * sizes.width + sizes.gap,
    height: sizes.height + 62 + Math.ceil(all.length / 3) * sizes.row,
    padding: 14,
    background: 'white',
    title: { text: 'luf-core: time and memory of whole searches', anchor: 'start', color: ink, fontSize: 14, offset: 12 },
    scales: [{ name: 'x', type: 'log', domain, range: [0, sizes.width] }],
    marks: [
      panel({
        left: 0,
        title: 'wall clock, seconds',
        limit: limits.seconds,
        limitText: `ended after ${limits.seconds} s`,
        figures: figures(points, all, 'seconds', 1),
        states: domain,
      }),
      panel({
        left: sizes.width + sizes.gap,
        title: 'peak memory, MB',
        limit: limits.bytes / 1e6,
        limitText: `ended at ${limits.bytes / 2 ** 30} GiB`,
        figures: figures(points, all, 'bytes', 1e-6),
        states: domain,
      }),
      ...legend(all),
    ],
  };
}

function linesOf(points: readonly Point[]): Line[] {
  const names = [...new Map(points.map(({ line, kind }) => [line, kind]))];
  return names.map(([line, kind]) => {
    const place = names.filter(([, other]) => other === kind).findIndex(([other]) => other === line);
    return { line, kind, shape: shapes[kind][place]!, color: colors[kind], dash: dashes[kind] };
  });
}

interface Figure extends Line {
  readonly states: number;
  /** Absent where the run was over the limit of this figure. */
  readonly value?: number;
}

/** Figures of a panel; where a run was over the other limit there is nothing to say. */
function figures(points: readonly Point[], all: readonly Line[], what: Over, unit: number): Figure[] {
  return points.flatMap((point) => {
    const line = all.find((one) => one.line === point.line)!;
    const value = point[what];
    if (value !== undefined) return [{ ...line, states: point.states, value: value * unit }];
    return point.over === what ? [{ ...line, states: point.states }] : [];
  });
}

interface Panel {
  readonly left: number;
  readonly title: string;
  readonly limit: number;
  readonly limitText: string;
  readonly figures: readonly Figure[];
  /** The domain of the horizontal axis. */
  readonly states: readonly [number, number];
}

function panel({ left, title, limit, limitText, figures: all, states }: Panel): Json {
  const run = all.filter(({ value }) => value !== undefined);
  const values = run.map(({ value }) => value ?? limit);
  const over = stacked(all.filter(({ value }) => value === undefined));
  const low = Math.min(...values) / 1.5;
  // Room above the limit for what was ended.
  const rise = Math.max(24, ...over.map((figure) => -figure.rise + sizes.mark));
  const domain: [number, number] = [low, low * (limit / low) ** (sizes.height / (sizes.height - rise))];
  const groups = [...new Set(run.map(({ line }) => line))].map((line) => run.filter((one) => one.line === line));
  const y = { scale: 'y', field: 'value' };
  const at = { x: { scale: 'x', field: 'states' }, y };
  const data = [{ name: 'run', values: run }, { name: 'over', values: over }, ...groups.map((values, i) => ({ name: `line ${i}`, values }))];
  return {
    type: 'group',
    encode: { enter: { x: { value: left }, width: { value: sizes.width }, height: { value: sizes.height } } },
    // Grids are as long as these say.
    signals: [{ name: 'width', value: sizes.width }, { name: 'height', value: sizes.height }],
    data,
    scales: [{ name: 'y', type: 'log', domain, range: [sizes.height, 0] }],
    axes: [
      { orient: 'bottom', scale: 'x', title: 'states without reduction', format: '~s', values: ticks(states), ...axis },
      { orient: 'left', scale: 'y', title, format: '~r', values: ticks(domain), ...axis },
    ],
    marks: [
      {
        type: 'rule',
        encode: { enter: { x: { value: 0 }, x2: { value: sizes.width }, y: { scale: 'y', value: limit }, stroke: { value: ink }, strokeDash: { value: [1, 2] } } },
      },
      { type: 'text', encode: { enter: { x: { value: 5 }, y: { scale: 'y', value: limit, offset: -5 }, text: { value: limitText }, fontSize: { value: 11 }, fill: { value: ink } } } },
      ...groups.map((_, i) => ({
        type: 'line',
        from: { data: `line ${i}` },
        encode: { enter: { ...at, stroke: { field: 'color' }, strokeDash: { field: 'dash' }, strokeWidth: { value: 1.6 } } },
      })),
      { type: 'symbol', from: { data: 'run' }, encode: { enter: { ...at, ...symbol, fill: { value: 'white' } } } },
      {
        // Runs that were ended: filled, above the limit, one above the other.
        type: 'symbol',
        from: { data: 'over' },
        encode: { enter: { x: { scale: 'x', field: 'states' }, y: { scale: 'y', value: limit, offset: { field: 'rise' } }, ...symbol, fill: { field: 'color' } } },
      },
    ],
  };
}

const axis = { grid: true, gridColor: '#e4e4e4', labelColor: ink, titleColor: ink, labelFontSize: 11, titleFontSize: 12, titlePadding: 8 };

const symbol = { shape: { field: 'shape' }, stroke: { field: 'color' }, strokeWidth: { value: 1.6 }, size: { value: 70 } };

/** 1, 2, 5 and their tenfolds. */
function ticks([low, high]: readonly [number, number]): number[] {
  const decades = Array.from({ length: 24 }, (_, i) => 10 ** (i - 8));
  return decades.flatMap((ten) => [ten, 2 * ten, 5 * ten]).filter((tick) => tick >= low && tick <= high);
}

/** A column at each number of states, upwards from the limit. */
function stacked(over: readonly Figure[]): (Figure & { readonly rise: number })[] {
  return over.map((figure) => {
    const place = over.filter(({ states }) => states === figure.states).indexOf(figure);
    return { ...figure, rise: -sizes.mark - (sizes.mark + 2) * place };
  });
}

/** A column for each kind, below the panels. */
function legend(all: readonly Line[]): Json[] {
  const kinds = [...new Set(all.map(({ kind }) => kind))];
  const values = all.map((line) => {
    const place = all.filter(({ kind }) => kind === line.kind).indexOf(line);
    const left = (kinds.indexOf(line.kind) * (2 * sizes.width + sizes.gap)) / 3;
    return { ...line, left, right: left + 34, top: sizes.height + 62 + place * sizes.row };
  });
  return values.flatMap(({ left, right, top, line, color, dash, shape }) => [
    {
      type: 'rule',
      encode: { enter: { x: { value: left }, x2: { value: right }, y: { value: top }, stroke: { value: color }, strokeDash: { value: dash }, strokeWidth: { value: 1.6 } } },
    },
    {
      type: 'symbol',
      encode: { enter: { x: { value: (left + right) / 2 }, y: { value: top }, shape: { value: shape }, stroke: { value: color }, strokeWidth: { value: 1.6 }, size: { value: 70 }, fill: { value: 'white' } } },
    },
    { type: 'text', encode: { enter: { x: { value: right + 8 }, y: { value: top }, text: { value: line }, baseline: { value: 'middle' }, fontSize: { value: 12 }, fill: { value: ink } } } },
  ]);
}

/** Safety against cost as a Vega specification: relative flushes to the right, scenarios broken upwards. */
import type { CostTable } from './cost.js';
import type { Json } from './json.js';
import { placeLabels } from './label-layout.js';

/** A point of the plot. */
interface Point {
  readonly workload: string;
  readonly rules: string;
  /** Flushes relative to the reference. */
  readonly flushes: number;
  readonly broken: number;
}

/** Rules without a single flush are drawn here; the axis is logarithmic. */
const least = 0.001;

/** Sizes in pixels. */
const sizes = { width: 720, height: 420, character: 6.2, line: 13, point: 11 };

/** The specification, to be rendered by Vega 6; rules without a verdict or without a ratio are left out. */
export function costPlot(tables: readonly CostTable[], flushesTitle: string): Json {
  const points = pointsOf(tables);
  const [low, high] = [Math.min(1, ...points.map(({ flushes }) => flushes)) / 2, Math.max(1, ...points.map(({ flushes }) => flushes)) * 2];
  const top = Math.max(1, ...points.map(({ broken }) => broken)) * 1.1;
  // Nothing breaks less than no scenario; the room below is for labels.
  const bottom = -top / 10;
  const x = (flushes: number): number => (Math.log(flushes / low) / Math.log(high / low)) * sizes.width;
  const y = (broken: number): number => ((top - broken) / (top - bottom)) * sizes.height;
  const placed = placeLabels(points.map(({ flushes, broken, rules }) => ({ x: x(flushes), y: y(broken), label: rules })), sizes);
  const values = points.map((point, i) => ({ ...point, ...placed[i]! }));
  const workloads = tables.map(({ workload }) => workload);
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    width: sizes.width,
    height: sizes.height,
    padding: 12,
    background: 'white',
    title: { text: 'Safety against cost: flushes avoided on modelled workloads, never a benchmark', anchor: 'start' },
    data: [{ name: 'points', values }],
    scales: [
      { name: 'x', type: 'log', domain: [low, high], range: 'width' },
      { name: 'y', type: 'linear', domain: [bottom, top], range: 'height', zero: false },
      { name: 'shape', type: 'ordinal', domain: workloads, range: ['circle', 'triangle-up', 'square', 'diamond'] },
      { name: 'color', type: 'ordinal', domain: workloads, range: ['#4269d0', '#b3401e', '#2c7a3d', '#6f4e7c'] },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', title: flushesTitle, grid: true, format: '~r' },
      { orient: 'left', scale: 'y', title: 'bundled scenarios broken', grid: true, values: ticks(top) },
    ],
    legends: [{ shape: 'shape', fill: 'color', title: 'workload', orient: 'right' }],
    marks,
  };
}

function pointsOf(tables: readonly CostTable[]): Point[] {
  return tables.flatMap(({ workload, rows }) =>
    rows.flatMap(({ rules, saved, verdict }) =>
      verdict && Number.isFinite(saved) ? [{ workload, rules, flushes: Math.max(least, 1 - saved), broken: verdict.broken }] : [],
    ),
  );
}

/** About ten round numbers from 0. */
function ticks(top: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100].find((one) => top / one <= 10) ?? 200;
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => i * step);
}

const at = { x: { field: 'x' }, y: { field: 'y' } };
const colored = { scale: 'color', field: 'workload' };

const marks: readonly Json[] = [
  {
    // From a point to a label that had to go farther away.
    type: 'rule',
    from: { data: 'points' },
    encode: { enter: { ...at, x2: { field: 'edge' }, y2: { field: 'middle' }, stroke: colored, strokeOpacity: { value: 0.35 } } },
  },
  {
    type: 'symbol',
    from: { data: 'points' },
    encode: { enter: { ...at, shape: { scale: 'shape', field: 'workload' }, fill: colored, size: { value: 80 } } },
  },
  {
    type: 'text',
    from: { data: 'points' },
    encode: { enter: { x: { field: 'left' }, y: { field: 'middle' }, baseline: { value: 'middle' }, text: { field: 'label' }, fontSize: { value: 11 }, fill: colored } },
  },
];

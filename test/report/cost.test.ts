/** Cost reports as text, as JSON and as a plot. */
import { describe, expect, it } from 'vitest';
import { costJson } from '../../src/report/cost-json.js';
import { costPlot } from '../../src/report/cost-plot.js';
import { costText, type CostReport, type CostRow, type CostRun } from '../../src/report/cost.js';
import { placeLabels } from '../../src/report/label-layout.js';
import { svgOf } from '../../src/cli/cost-plot.js';
import { mistakes } from '../cli/shootdown.js';

const run: CostRun = { seed: 1, steps: 900, folios: 100, demoted: 0, flushes: 25, sent: 150, received: 150, local: 0, hints: 1200, staleMean: 0.5, staleMax: 4 };
const vanilla: CostRow = { rules: 'vanilla', kernel: 'v6.12', runs: [run], flushes: 0.25, saved: 0, savedRange: [0, 0], verdict: { scenarios: 89, broken: 0, open: 0 } };
const luf: CostRow = {
  rules: 'luf-v10',
  kernel: 'v6.9',
  runs: [{ ...run, flushes: 10, sent: 50 }, { ...run, seed: 2, flushes: 20, sent: 60, staleMax: 9 }],
  flushes: 0.15,
  saved: 0.4,
  savedRange: [0.2, 0.6],
  limit: 'no thread can go on',
  verdict: { scenarios: 89, broken: 52, open: 1, shortest: { scenario: 'init-on-free', property: 'foreign-data', length: 12 } },
};
/** The same without a verdict, and where the reference has no flush. */
const bare: CostRow = { rules: luf.rules, kernel: luf.kernel, runs: luf.runs, flushes: luf.flushes, saved: NaN, savedRange: [NaN, NaN] };
const report: CostReport = {
  command: 'shootdown cost',
  exitCode: 125,
  arch: 'x86',
  seeds: [1, 2],
  within: 2,
  legend: ['stale: entries that the page table does not lead to any more, on average over the whole run.', 'saved: flushes.'],
  interrupted: false,
  timeMs: 1500,
  tables: [
    {
      workload: 'toy',
      summary: 'a process that reads',
      noun: 'folio',
      unit: 'reclaimed',
      parameters: [['frames', '8'], ['list', '2']],
      rows: [vanilla, luf],
      compared: [
        { what: 'LUF against batching', figures: '20 to 1', source: 'a mail', reported: 20, modelled: 1.67, apart: 12, reproduced: false, why: 'the free list is short' },
        { what: 'CPUs a flush', figures: '14', source: 'a mail', reported: 1, modelled: 1, apart: 1, reproduced: true, why: 'none' },
      ],
    },
  ],
};

describe('a cost report', () => {
  it('has one line for each choice of rules, with its verdict, its spread and its limit', () => {
    expect(costText(report)).toBe(`Flushes avoided on modelled workloads; never a benchmark: the model has no time,
and its machine is small.

toy: a process that reads. 100 folios reclaimed a run, x86, 2 seeds: 1, 2.

rules   flushes    IPIs   local   stale     max   saved
vanilla   0.250    1.50    0.00    0.50       4      0%
  v6.12; breaks none of 89 scenarios
luf-v10   0.150    0.55    0.00    0.50       9     40%
  v6.9; breaks 52 of 89 scenarios, 1 open; shortest: foreign-data after 12 steps
    in init-on-free; saved from 20% to 60%; cut short: no thread can go on

Against the thread's figures (reproduced: within a factor of 2):
  LUF against batching: measured 20.00, modelled 1.67: NOT reproduced, 12.0
    times apart.
    measured: 20 to 1 (a mail)
    why: the free list is short
  CPUs a flush: measured 1.00, modelled 1.00: reproduced, 1.0 times apart.
    measured: 14 (a mail)

Parameters: frames 8, list 2.

stale: entries that the page table does not lead to any more, on average over
  the whole run.
saved: flushes.

Time 1.5 s.
`);
  });

  it('is JSON of the published schema, with and without verdicts', () => {
    const without = { ...report, tables: report.tables.map((table) => ({ ...table, rows: [bare] })) };
    for (const one of [report, without]) expect(mistakes('cost', JSON.stringify(costJson(one)))).toEqual([]);
  });
});

describe('a plot of safety against cost', () => {
  it('labels every choice of rules of every workload', async () => {
    const svg = await svgOf(costPlot(report.tables, 'flushes'));
    expect(svg.startsWith('<svg')).toBe(true);
    for (const text of ['vanilla', 'luf-v10', 'toy', 'bundled scenarios broken']) expect(svg).toContain(`>${text}<`);
  });

  it('leaves out rules without a verdict', async () => {
    expect(await svgOf(costPlot([{ ...report.tables[0]!, rows: [vanilla, bare] }], 'flushes'))).not.toContain('luf-v10');
  });

  it('puts no label on another one or on a point', () => {
    const sizes = { width: 300, height: 200, character: 6, line: 12, point: 10 };
    const points = Array.from({ length: 12 }, (_, i) => ({ x: 150 + (i % 3), y: 100, label: `label ${i}` }));
    const boxes = placeLabels(points, sizes).map(({ left, middle, label }) => ({ left, right: left + label.length * 6, top: middle - 6, bottom: middle + 6 }));
    boxes.forEach((a, i) => {
      expect(a.left >= 0 && a.right <= 300 && a.top >= 0 && a.bottom <= 200).toBe(true);
      for (const b of boxes.slice(i + 1)) expect(a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom).toBe(false);
      for (const { x, y } of points) expect(x + 5 > a.left && x - 5 < a.right && y + 5 > a.top && y - 5 < a.bottom).toBe(false);
    });
  });
});

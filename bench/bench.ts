/** Compares the engine with SPIN and rumur on equal work, and how all of them grow; see README.md beside this. */
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { svgOf } from '../src/cli/cost-plot.js';
import type { Sizes } from '../test/classics/luf-core.js';
import { assertAgreement } from './agreement.js';
import type { Checker } from './checker.js';
import { inDirectory, models } from './directory.js';
import { growthPlot } from './growth-plot.js';
import { budgetOnly, budgets, growthPoints, growthSizes, growthTables, lines, overText } from './growth.js';
import { missing, type RunLimits } from './measure.js';
import { rumur } from './rumur.js';
import { finished, prepare, runInTurns, type Series } from './series.js';
import { afterTen, shootdown } from './shootdown.js';
import { sizeOf, sizeText } from './size.js';
import { spin } from './spin.js';
import { engineText, equalTable, markdown, ratios } from './table.js';

const small = sizeOf('2,1,2');
const medium = sizeOf('2,1,3');
const main = sizeOf('2,2,2');

type Pair = readonly [Checker, Sizes];

/** Equal work, in the order of the tables. */
const equal: readonly Pair[] = [
  ...[small, main].flatMap((size) => [shootdown, spin, rumur].map((checker): Pair => [checker, size])),
  [shootdown, medium],
  [afterTen, main],
];

interface Asked {
  readonly rounds: number;
  /** The sizes of the growth; none if it was not asked for. */
  readonly sizes: readonly Sizes[];
  readonly limits: RunLimits;
}

function asked(argv: readonly string[]): Asked {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rounds: { type: 'string', default: '3' },
      growth: { type: 'boolean', default: false },
      sizes: { type: 'string', default: growthSizes.map(sizeText).join(' ') },
      seconds: { type: 'string', default: '120' },
      gib: { type: 'string', default: '6' },
    },
  });
  const [rounds, seconds, gib] = [Number(values.rounds), Number(values.seconds), Number(values.gib)];
  if (!(rounds >= 1 && seconds > 0 && gib > 0)) throw new Error('rounds, seconds and GiB are at least 1');
  const sizes = values.growth ? values.sizes.split(' ').map(sizeOf) : [];
  return { rounds, sizes, limits: { seconds, bytes: gib * 2 ** 30 } };
}

/** The checkers that can be run; what is missing is said where it cannot be overlooked. */
async function installed(checkers: readonly Checker[]): Promise<Checker[]> {
  const lacks = await Promise.all(checkers.map((checker) => missing(checker.needs)));
  checkers.forEach((checker, i) => {
    if (lacks[i]!.length === 0) return;
    console.error(`*** ${checker.name} IS NOT COMPARED: missing ${lacks[i]!.join(', ')}`);
    console.error(`*** Debian: apt-get install ${checker.needs.join(' ')}\n`);
  });
  return checkers.filter((_, i) => lacks[i]!.length === 0);
}

/** What is to be run, each once. */
function pairsOf(sizes: readonly Sizes[]): Pair[] {
  const growth = sizes.flatMap((size) => lines.map((checker): Pair => [checker, size]));
  const all = [...equal, ...growth, ...(sizes.length ? budgetOnly : [])];
  return [...new Map(all.map((pair) => [`${pair[0].name} ${sizeText(pair[1])}`, pair])).values()];
}

function printEqual(all: readonly Series[], limits: RunLimits): void {
  const done = [small, medium, main].flatMap((size) => equal.filter(([, one]) => one === size)).map(([checker, size]) => finished(all, checker, size));
  const compared = done.filter((series) => series !== undefined).filter(({ checker }) => checker !== afterTen);
  console.log([equalTable(compared), '', ...ratios(compared)].join('\n'));
  for (const [checker, size] of equal) {
    const over = all.find((series) => series.checker === checker && sizeText(series.size) === sizeText(size))?.over;
    if (over) console.log(`On ${sizeText(size)} ${checker.name} is ${overText(over, limits)}.`);
  }
  const [fresh, used] = [finished(all, shootdown, main), finished(all, afterTen, main)];
  if (fresh && used) console.log(engineText(fresh, used));
}

async function printGrowth(all: readonly Series[], { sizes, limits }: Asked): Promise<void> {
  console.log(`\n![Time and memory over states](growth.svg)\n\n${growthTables(all, sizes, limits)}\n\n${budgets(all)}`);
  const svg = join(models, 'growth.svg');
  await writeFile(svg, await svgOf(growthPlot(growthPoints(all, sizes), limits)));
  console.error(`Written: ${svg}`);
}

async function bench(what: Asked): Promise<void> {
  const [time] = await missing(['time']);
  if (time) throw new Error('GNU time is missing, which measures CPU time and memory; Debian: apt-get install time');
  const pairs = pairsOf(what.sizes);
  const checkers = await installed([...new Set(pairs.map(([checker]) => checker))]);
  const limits = what.sizes.length ? `, ended after ${what.limits.seconds} s or at ${what.limits.bytes / 2 ** 30} GiB` : '';
  console.log(`${cpus().length} x ${cpus()[0]!.model}; medians of ${what.rounds} runs, one where it takes over 10 s${limits}`);
  const flags = await Promise.all(checkers.map(async (checker) => [checker.name, await checker.describe()]));
  console.log(`\n${markdown([['line', 'version and flags'], ...flags])}\n`);
  await inDirectory(async (directory) => {
    const all: Series[] = [];
    for (const [checker, size] of pairs) {
      if (checkers.includes(checker)) all.push(await prepare(directory, checker, size));
    }
    await runInTurns(all, what.rounds, what.limits);
    assertAgreement(all);
    printEqual(all, what.limits);
    if (what.sizes.length) await printGrowth(all, what);
  });
}

await bench(asked(process.argv.slice(2)));

/** Compares the engine with SPIN and rumur on equal work; see README.md beside this. */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Checker } from './checker.js';
import { inDirectory } from './directory.js';
import { missing } from './measure.js';
import { rumur } from './rumur.js';
import { assertAgreement, prepare, runInTurns, type Series } from './series.js';
import { afterTen, shootdown } from './shootdown.js';
import { sizeOf, sizeText } from './size.js';
import { spin } from './spin.js';
import { engineText, tableOf } from './table.js';

const small = sizeOf('2,1,2');
const medium = sizeOf('2,1,3');
const main = sizeOf('2,2,2');

interface Rounds {
  readonly rounds: number;
  readonly rumurRounds: number;
}

function roundsOf(argv: readonly string[]): Rounds {
  const { values } = parseArgs({
    args: [...argv],
    options: { rounds: { type: 'string', default: '3' }, 'rumur-rounds': { type: 'string', default: '1' } },
  });
  const [rounds, rumurRounds] = [Number(values.rounds), Number(values['rumur-rounds'])];
  if (!(rounds >= 1 && rumurRounds >= 1)) throw new Error('the number of rounds is at least 1');
  return { rounds, rumurRounds };
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

async function prepareAll(
  directory: string,
  checkers: readonly Checker[],
  { rounds, rumurRounds }: Rounds,
): Promise<Series[]> {
  const all: Series[] = [];
  for (const size of [small, main]) {
    for (const checker of checkers) {
      all.push(await prepare(directory, checker, size, checker === rumur ? rumurRounds : rounds));
    }
  }
  all.push(await prepare(directory, shootdown, medium, rounds));
  all.push(await prepare(directory, afterTen, main, rounds));
  return all;
}

function print(all: readonly Series[]): void {
  const compared = all.filter(({ checker }) => checker !== afterTen);
  for (const size of [small, medium, main]) {
    console.log(tableOf(compared.filter((series) => series.size === size)));
  }
  const fresh = compared.find(({ checker, size }) => checker === shootdown && size === main)!;
  console.log(engineText(fresh, all.find(({ checker }) => checker === afterTen)!));
}

async function bench(rounds: Rounds): Promise<void> {
  const [time] = await missing(['time']);
  if (time) throw new Error('GNU time is missing, which measures CPU time and memory; Debian: apt-get install time');
  const checkers = await installed([shootdown, spin, rumur]);
  console.log(`${cpus().length} x ${cpus()[0]!.model}; CPU seconds are user and system, medians`);
  for (const checker of checkers) console.log(`${checker.name}: ${await checker.describe()}`);
  console.log(`Sizes are CPUs, pages, frames: ${[small, medium, main].map(sizeText).join('; ')}\n`);
  await inDirectory(async (directory) => {
    const all = await prepareAll(directory, checkers, rounds);
    await runInTurns(all);
    assertAgreement(all);
    print(all);
  });
}

await bench(roundsOf(process.argv.slice(2)));

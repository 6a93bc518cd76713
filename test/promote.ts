/**
 * Records the results of the bundled scenarios anew; read the difference before you commit it. With
 * `--names [SOURCE]` only the kernel names, looked up in an unpacked source tree or a tarball.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOf, filesIn, replayed, scenarioFolder, scenarioNames, shootdown, traceFolder } from './goldens.js';
import { debianSource } from './kernel-names/kernel-tree.js';
import { promoteNames } from './kernel-names/record.js';

function promoteResults(): void {
  for (const ending of ['.json', '.txt']) {
    for (const file of filesIn(traceFolder, ending)) rmSync(join(traceFolder, file));
  }
  for (const name of scenarioNames()) {
    writeFileSync(join(scenarioFolder, `${name}.expected`), blocksOf(name, traceFolder));
  }
  for (const file of filesIn(traceFolder, '.json')) {
    writeFileSync(join(traceFolder, file.replace(/\.json$/, '.txt')), replayed(file));
  }
  rmSync(join(scenarioFolder, 'baseline.json'), { force: true });
  shootdown('regress', '--record');
}

function report(problems: readonly string[]): void {
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}

const [option, source] = process.argv.slice(2);
if (option === '--names') {
  report(promoteNames(source));
} else {
  promoteResults();
  if (existsSync(debianSource)) report(promoteNames());
  else console.error(`The kernel names are not recorded anew: ${debianSource} is not there.`);
}

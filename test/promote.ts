/** Records the results of the bundled scenarios anew; read the difference before you commit it. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOf, filesIn, scenarioFolder, scenarioNames, shootdown, traceFolder } from './goldens.js';

for (const ending of ['.json', '.txt']) {
  for (const file of filesIn(traceFolder, ending)) rmSync(join(traceFolder, file));
}
for (const name of scenarioNames()) {
  writeFileSync(join(scenarioFolder, `${name}.expected`), blocksOf(name, traceFolder));
}
for (const file of filesIn(traceFolder, '.json')) {
  const text = shootdown('replay', `counterexamples/${file}`);
  writeFileSync(join(traceFolder, file.replace(/\.json$/, '.txt')), text);
}

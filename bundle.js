/**
 * Makes dist/bin, the program in a few files, from what the compiler has put beside it: Node takes longer to find and load a
 * thousand modules than to run most searches. Libraries stay apart, but for the parser's, whose modules are most of the thousand.
 */
import { build } from 'rolldown';

// Threads are started from files of their own, which lie beside the program.
const entries = ['shootdown', 'helper', 'sweep-worker', 'cost-worker'];

await build({
  input: Object.fromEntries(entries.map((name) => [name, `dist/src/cli/${name}.js`])),
  external: (id) => /^[^./]/.test(id) && !/^dist\/|chevrotain|lodash/.test(id),
  platform: 'node',
  output: { dir: 'dist/bin', format: 'esm', cleanDir: true },
});

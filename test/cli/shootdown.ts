/** Runs the built program as a user does. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** The compiled program; `npm test` builds it first. */
export const program = new URL('../../dist/bin/shootdown.js', import.meta.url).pathname;

/** What a run left behind. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program to its end. */
export function shootdown(...words: string[]): Finished {
  return shootdownIn('.', ...words);
}

/** Runs the program in a folder. */
export function shootdownIn(cwd: string, ...words: string[]): Finished {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return { code: status, stdout, stderr };
}

/** Starts the program, does something to it when it has had time to begin, and waits for its end. */
export async function disturbed(
  words: readonly string[],
  afterMs: number,
  disturb: (child: ReturnType<typeof spawn>) => void,
): Promise<Finished> {
  const child = spawn(process.execPath, [program, ...words]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  setTimeout(() => disturb(child), afterMs);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

/** Output without what differs from run to run. */
export function stable(text: string): string {
  return text
    .replace(/^(Time \S+) [\d.]+$/gm, '$1 0.00')
    .replace(/^Used .* and .*; limits/gm, 'Used M and T; limits');
}

/** Mistakes of a JSON text by a published schema. */
export function mistakes(name: string, text: string): unknown {
  const schemaOf = (of: string): object => JSON.parse(readFileSync(`schemas/${of}.schema.json`, 'utf8')) as object;
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  if (name !== 'trace') ajv.addSchema(schemaOf('trace'));
  const validate = ajv.compile(schemaOf(name));
  validate(JSON.parse(text));
  return validate.errors ?? [];
}

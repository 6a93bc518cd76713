/** `--watch`: runs the command again, as a process of its own, whenever something that it depends on has changed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { watch } from 'chokidar';
import { isFolder } from './counterexample.js';
import type { Session } from './session.js';

/** Changes that come this close together are one. */
const settleMs = 150;

/** Runs the command without `--watch` now and after every change of the paths, until Ctrl-C. */
export async function watchAndRepeat(session: Session, paths: readonly string[]): Promise<void> {
  const words = session.words.filter((word) => word !== '--watch');
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  // A file that is removed and made anew is seen by its folder only.
  const watchable = (path: string): string => (isFolder(path) ? resolve(path) : dirname(resolve(path)));
  const matters = (file: string): boolean => paths.some((path) => resolve(file) === resolve(path) || (isFolder(path) && resolve(file).startsWith(`${resolve(path)}/`)));
  const start = (): void => {
    // A run that is under way is about what is no longer there.
    child?.kill('SIGTERM');
    child = spawn(process.execPath, [process.argv[1]!, ...words], { stdio: 'inherit' });
    child.on('exit', (code) => {
      if (code !== null) session.terminal.message(`\nExit code ${code}. Waiting for changes; Ctrl-C ends.\n`);
    });
  };
  const watcher = watch([...new Set(paths.map(watchable))], { ignoreInitial: true, ignored: (path, stats) => (stats?.isFile() ?? false) && !matters(path) });
  watcher.on('all', (_, path) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      session.terminal.message(`\n${path} has changed.\n`);
      start();
    }, settleMs);
  });
  start();
  while (session.interrupts.code === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
  clearTimeout(timer);
  child?.kill('SIGTERM');
  await watcher.close();
  process.exitCode = session.interrupts.code;
}

/**
 * What may be in memory: the values that a scenario names, who may have written them, and how many
 * frames hold them.
 */
import type { Argument, Mapping, Scenario, Statement } from '../../../src/litmus/scenario.js';
import { statementsOf } from './program.js';

/** PAGE_POISON, `include/linux/poison.h`. */
export const poison = 0xaa;

/** The contents that a scenario can produce. */
export interface Contents {
  /** Values in ascending order, then the signals that a register may hold. */
  readonly values: readonly string[];
  /** Objects whose contents a frame may hold: files, pages (private memory), and the kernel's own. */
  readonly origins: readonly string[];
  /** Frames, the zero page not counted. */
  readonly frames: number;
  /** Whether some page may map anonymous memory. */
  readonly anonymous: boolean;
}

/** Origins that no mapping ever shows: reading them through an old entry is reading foreign data. */
export const foreignOrigins = ['kernel', 'poison', 'init'] as const;

/** Origin of the zero page's contents. */
export const zeroOrigin = 'zero page';

/** The contents of a scenario under the given machine options. */
export function contentsOf(scenario: Scenario, options: ReadonlySet<string>): Contents {
  const statements = statementsOf(scenario);
  const written = statements.flatMap((s) => s.arguments.flatMap((a) => (a.kind === 'value' ? [a.value] : [])));
  const values = new Set([0, ...written]);
  for (const { value } of [...scenario.files, ...scenario.integers]) values.add(value);
  if (options.has('page_poisoning')) values.add(poison);
  const sorted = [...values].sort((a, b) => a - b).map(String);
  return {
    values: [...sorted, 'SIGSEGV'],
    origins: [
      ...scenario.files.map((f) => f.name),
      ...scenario.pages.map((p) => p.name),
      zeroOrigin,
      ...foreignOrigins,
    ],
    frames: scenario.frames ?? framesOf(scenario, statements),
    anonymous: mappingsOf(scenario).some(({ mapping }) => mapping.object === 'anon'),
  };
}

/**
 * As many frames as the scenario can use at once, plus one, and at least three: with fewer, every
 * allocation takes the frame that a stale entry still shows, and the flush at allocation hides the bug.
 */
function framesOf(scenario: Scenario, statements: readonly Statement[]): number {
  const own = new Set(mappingsOf(scenario).filter(({ mapping }) => isOwn(mapping)).map(({ page }) => page));
  const held = statements.filter((s) => ['alloc', 'alloc_atomic', 'migrate-file', 'migrate-page'].includes(s.operation));
  return Math.max(3, scenario.files.length + own.size + held.length + 1);
}

/** The kind of VMA that a mapping makes. */
export function kindOf(mapping: Mapping): 'shared' | 'private' | 'anon' {
  if (mapping.object === 'anon') return 'anon';
  return mapping.flags.includes('MAP_PRIVATE') ? 'private' : 'shared';
}

const isOwn = (mapping: Mapping): boolean => kindOf(mapping) !== 'shared';

/** Every mapping that the scenario can make, with the page that it is made at. */
export function mappingsOf(scenario: Scenario): { readonly page: string; readonly mapping: Mapping }[] {
  const initial = scenario.pages.flatMap((p) => (p.mapping ? [{ page: p.name, mapping: p.mapping }] : []));
  const later = statementsOf(scenario).flatMap((s) =>
    s.page === undefined ? [] : [{ page: s.page, mapping: mappingOf(s.arguments) }],
  );
  return [...initial, ...later];
}

/** The mapping that an mmap() statement makes. */
export function mappingOf(args: readonly Argument[]): Mapping {
  const object = args.find((a) => a.kind === 'file' || a.kind === 'anon');
  const [protection, flags] = args.flatMap((a) => (a.kind === 'flags' ? [a.flags] : []));
  return {
    object: object?.kind === 'file' ? object.file : 'anon',
    protection: protection ?? [],
    flags: flags ?? [],
  };
}

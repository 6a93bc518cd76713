/** A small domain for the tests of the litmus room, with operations of every kind of form. */
import type { Operation, Vocabulary } from '../../src/litmus/vocabulary.js';
import type { Scenario } from '../../src/litmus/scenario.js';
import { parse } from '../../src/litmus/parse.js';
import { resolve } from '../../src/litmus/resolve.js';

const protections = ['PROT_NONE', 'PROT_READ', 'PROT_WRITE'];
const mapFlags = ['MAP_SHARED', 'MAP_PRIVATE'];
const fixed = { flags: [...mapFlags, 'MAP_FIXED'], required: ['MAP_FIXED'] };
const anywhere = { flags: [...mapFlags, 'MAP_FIXED'], forbidden: ['MAP_FIXED'] };
const protection = { flags: protections };

function operation(
  usage: string,
  by: Operation['by'],
  result: Operation['result'],
  ...parameters: Operation['parameters']
): Operation {
  const name = /(\w+)\(/.exec(usage)?.[1] ?? '';
  const kinds = parameters.map((one) => (typeof one === 'object' ? 'flags' : one));
  const id = [name, ...kinds].join('-');
  return { id, name, parameters, result, by, usage };
}

const mmap = 'p = mmap(A, prot, flags)';
const mmapFixed = 'p = mmap(p, A, prot, flags | MAP_FIXED)';

export const toy: Vocabulary = {
  unmodelled: ['mremap'],
  operations: [
    operation('r = READ_ONCE(*p)', 'user', 'register', 'page'),
    operation('r = READ_ONCE(x)', 'any', 'register', 'integer'),
    operation('WRITE_ONCE(*p, v)', 'user', 'none', 'page', 'value'),
    operation('WRITE_ONCE(x, v)', 'any', 'none', 'integer', 'value'),
    operation(mmap, 'user', 'page', 'file', protection, anywhere),
    operation(mmap, 'user', 'page', 'anon', protection, anywhere),
    operation(mmapFixed, 'user', 'page', 'page', 'file', protection, fixed),
    operation(mmapFixed, 'user', 'page', 'page', 'anon', protection, fixed),
    operation('q = mremap(p)', 'user', 'page', 'page'),
    operation('munmap(p)', 'user', 'none', 'page'),
    operation('mprotect(p, prot)', 'user', 'none', 'page', protection),
    operation('r = pread(A)', 'user', 'register', 'file'),
    operation('fork(Q)', 'user', 'none', 'mm'),
    operation('reclaim(A)', 'kernel', 'none', 'file'),
    operation('reclaim(p)', 'kernel', 'none', 'page'),
    operation('alloc(v)', 'kernel', 'none', 'value'),
    operation('any(n)', 'any', 'none', 'count'),
  ],
  archs: ['x86', 'arm64'],
  options: ['alone', 'lazy'],
  fileOptions: ['uncached', 'iomap'],
  protections,
  mapFlags,
  ruleSets: ['vanilla', 'luf-v10', 'luf-v12'],
  rules: [
    'zap.batched', 'wp.pre', 'publish.early', 'alloc.flush', 'a.one', 'b.two', 'c.three', 'd.four',
    'e.five',
  ],
  instantiate() {
    throw new Error('the toy domain has no models');
  },
};

/** Reads a test that is called `test.litmus` in errors. */
export function read(text: string): Scenario {
  return resolve(parse(text, 'test.litmus'), toy);
}

/** A value without its positions, for comparing what was read from texts that differ in layout. */
export function withoutPositions<T>(value: T): T {
  const text = JSON.stringify(value, (key, inner: unknown) =>
    (key === 'position' || key === 'framesPosition' ? undefined : inner));
  return JSON.parse(text) as T;
}

/** The munmap scenario. */
export const MUNMAP_MAP_FIXED = `C munmap-map-fixed

(*
 * Result: Never (luf-v10, vanilla)
 * Result: Sometimes (luf-v10 - zap.batched, vanilla - zap.batched)
 *
 * Reclaim left a stale read-only entry. After munmap() and mmap(MAP_FIXED) of
 * another file at the same address, does a load still see the old file?
 *)

{
	file A = 1;
	file B = 2;
	P0: p = mmap(A, PROT_READ, MAP_SHARED);
}

P0()
{
	int r0 = READ_ONCE(*p);
	munmap(p);
	p = mmap(p, B, PROT_READ, MAP_SHARED | MAP_FIXED);
	int r1 = READ_ONCE(*p);
}

kswapd()
{
	reclaim(A);
}

exists (0:r0=1 /\\ 0:r1=1)
`;

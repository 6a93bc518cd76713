import { describe, expect, test } from 'vitest';
import { parse } from '../../src/litmus/parse.js';
import { MUNMAP_MAP_FIXED } from './toy-vocabulary.js';

const end = 'exists (x=1)';

function bodyOf(statements: string): unknown {
  const { threads } = parse(`C t {} P0() { ${statements} } ${end}`, 't');
  return threads[0]?.body;
}

function propositionOf(proposition: string): unknown {
  return parse(`C t {} exists ${proposition}`, 't').condition.proposition;
}

describe('parse', () => {
  test('keeps names, parts and positions of the munmap scenario', () => {
    const syntax = parse(MUNMAP_MAP_FIXED, 'dir/a.litmus');
    expect(syntax).toMatchObject({
      source: 'dir/a.litmus',
      name: { text: 'munmap-map-fixed', position: { line: 1, column: 3 } },
      condition: { quantifier: 'exists' },
    });
    expect(syntax.declarations.map(({ kind }) => kind)).toEqual(['file', 'file', 'page']);
    expect(syntax.threads.map(({ name }) => name.text)).toEqual(['P0', 'kswapd']);
  });

  const names = ['munmap-map-fixed+no-zap', 'a.b_c', '2+2W', 'luf-v1.0+x-y'];
  test.each(names)('takes %s as a name', (name) => {
    expect(parse(`C ${name}\n{}\n${end}`, 't').name.text).toBe(name);
  });

  test('does not care about comments and layout', () => {
    const text = `(* a *) C t (* b ** *) { (**) int x; (* c
      (* d *) } P0(int *x){/*e*/int r0=READ_ONCE(*x);// f
      /**/} (* g *) ${end} (* h *)`;
    const threads = [{ body: [{ kind: 'call' }] }];
    expect(parse(text, 't')).toMatchObject({ name: { text: 't' }, threads });
  });

  test('tells a pointer in a body from the comment it resembles', () => {
    const text = 'C t {} P0() { READ_ONCE(*p); } (* 1 *) P1() { READ_ONCE(*q); } ' + end;
    expect(parse(text, 't').threads).toHaveLength(2);
  });

  test('reads every kind of declaration', () => {
    const text = `C t { file A = 7 (uncached, iomap); int x; int y = 3; mm Q { P0 P1 }; mm R { }
      cpu kswapd = P0; frames = 4; arch x86; option alone, lazy;
      P0: p = mmap(anon, PROT_READ | PROT_WRITE, MAP_PRIVATE); } ${end}`;
    expect(parse(text, 't').declarations).toMatchObject([
      { kind: 'file', value: 7, options: [{ text: 'uncached' }, { text: 'iomap' }] },
      { kind: 'integer', name: { text: 'x' }, value: 0 },
      { kind: 'integer', name: { text: 'y' }, value: 3 },
      { kind: 'mm', name: { text: 'Q' }, threads: [{ text: 'P0' }, { text: 'P1' }] },
      { kind: 'mm', name: { text: 'R' }, threads: [] },
      { kind: 'cpu', thread: { text: 'kswapd' }, of: { text: 'P0' } },
      { kind: 'frames', count: { value: 4 } },
      { kind: 'arch', name: { text: 'x86' } },
      { kind: 'option', names: [{ text: 'alone' }, { text: 'lazy' }] },
      { kind: 'page', object: { text: 'anon' }, protection: { names: [{}, {}] } },
    ]);
  });

  test('lets words of the init block be names elsewhere', () => {
    const text = `C t { file file = 1; int cpu; mm mm { P0 } }
      frames() { } P0() { int C = READ_ONCE(cpu); }
      exists (0:C=0 /\\ file=1)`;
    expect(parse(text, 't').threads.map(({ name }) => name.text)).toEqual(['frames', 'P0']);
  });

  test('reads every kind of statement', () => {
    const r0 = { name: { text: 'r0' } };
    expect(bodyOf('int r0; r0 = READ_ONCE(x); int r1 = f(*p, 3, A | B, q); f();')).toMatchObject([
      { kind: 'register', ...r0 },
      { kind: 'call', target: { ...r0, declared: false }, operation: { text: 'READ_ONCE' } },
      {
        kind: 'call',
        target: { name: { text: 'r1' }, declared: true },
        arguments: [
          { kind: 'name', dereferenced: true, name: { text: 'p' } },
          { kind: 'number', value: 3 },
          { kind: 'flags', names: [{ text: 'A' }, { text: 'B' }] },
          { kind: 'name', dereferenced: false, name: { text: 'q' } },
        ],
      },
      { kind: 'call', operation: { text: 'f' }, arguments: [] },
    ]);
  });

  test('binds ~ closer than /\\ and /\\ closer than \\/', () => {
    const fact = { kind: 'compare' };
    expect(propositionOf('~a=1 /\\ b!=2 \\/ c=SIGBUS')).toMatchObject({
      kind: 'or',
      of: [{ kind: 'and', of: [{ kind: 'not', of: fact }, { ...fact, equal: false }] }, fact],
    });
    expect(propositionOf('~(a=1 \\/ [b]=2) /\\ 12:r=SIGSEGV')).toMatchObject({
      kind: 'and',
      of: [{ kind: 'not', of: { kind: 'or' } }, { location: { thread: { text: 'P12' } } }],
    });
  });

  const quantifiers = ['exists', '~exists', '~ exists', 'forall'];
  test.each(quantifiers)('reads the quantifier %s', (quantifier) => {
    const { condition } = parse(`C t {} ${quantifier} x=1`, 't');
    expect(condition.quantifier).toBe(quantifier.replace(' ', ''));
  });

  test('reads a long condition, however many facts it has', () => {
    const facts = Array.from({ length: 200 }, () => '~(x=1)');
    expect(propositionOf(facts.join(' /\\ '))).toMatchObject({ kind: 'and', of: { length: 200 } });
  });

  test('reads a condition as deep as it allows and refuses one deeper', () => {
    const nested = (depth: number): string => `${'~'.repeat(depth - 1)}x=1`;
    expect(propositionOf(nested(64))).toMatchObject({ kind: 'not' });
    expect(() => propositionOf(nested(65))).toThrow('too deeply, expected at most 64 levels');
  });
});

import { describe, expect, test } from 'vitest';
import { LitmusError } from '../../src/litmus/error.js';
import { read } from './toy-vocabulary.js';

/** A whole text, or what is put in at one place of a correct test. */
type Mistake = Partial<Record<'text' | 'init' | 'p0' | 'kswapd' | 'end', string>>;

/** A correct test with room for one mistake on line 4, 9, 12 or 14. */
function withMistake(mistake: Mistake): string {
  const { text, init = '', p0 = '', kswapd = '', end = 'exists (0:r0=1)' } = mistake;
  return text ?? `C t
{
file A = 1; file B = 2; int x; P0: p = mmap(A, PROT_READ, MAP_SHARED);
${init}
}
P0()
{
int r0 = READ_ONCE(*p);
${p0}
}
kswapd() {
${kswapd}
}
${end}
`;
}

function errorOf(mistake: Mistake): unknown {
  try {
    return read(withMistake(mistake));
  } catch (error) {
    return error;
  }
}

const mistakes: (Mistake & { says: string })[] = [
  { text: '',
    says: '1:1: error: found end of file, expected `C` and the name of the test' },
  { text: '  \n\n',
    says: '1:1: error: found end of file, expected `C` and the name of the test' },
  { text: 'LISA t\n{}',
    says: '1:1: error: found `LISA`, expected `C` and the name of the test' },
  { text: 'C\n{}\nexists (A=1)',
    says: '2:1: error: found `{`, expected the name of the test' },
  { text: 'C t exists',
    says: '1:5: error: found `exists`, expected `{`' },
  { text: 'C t\n{ file A = 1; }',
    says: '2:16: error: found end of file, expected a thread, `locations`, `filter`, `exists`, '
      + '`~exists` or `forall`' },
  { text: 'C t\n{ file A = 1 }',
    says: '2:14: error: found `}`, expected `(` or `;`' },
  { text: 'C t\n{ file = 1; }',
    says: '2:8: error: found `=`, expected the name of the file' },
  { text: 'C t\n{ (* open',
    says: '2:3: error: comment is never closed, expected `*)` before end of file' },
  { text: 'C t\n{}\n(* open\n',
    says: '3:1: error: comment is never closed, expected `*)` before end of file' },
  { text: 'C t\n{}\nP0()\n{\n  /* open\n}',
    says: '5:3: error: comment is never closed, expected `*/` before end of file' },
  { text: 'C t\n{ // no\n}',
    says: '2:3: error: `//` opens a comment only inside a thread, expected `(*` here' },
  { text: 'C t\n{ /* no */ }',
    says: '2:3: error: `/*` opens a comment only inside a thread, expected `(*` here' },
  { text: '(* open',
    says: '1:1: error: comment is never closed, expected `*)` before end of file' },
  { text: 'C t\n{}\nP0() { (* no *) }',
    says: '3:8: error: found `(`, expected a statement or `}`' },
  { text: 'C t\n{} P0( {',
    says: '2:8: error: found `{`, expected `int` or `)` after thread `P0`' },
  { text: 'C t\n{} P0(int x) {}',
    says: '2:11: error: found `x`, expected `*`' },
  { text: 'C t\n{} P0(int *x, ) {}',
    says: '2:15: error: found `)`, expected `int`' },
  { text: 'C t\n{} filter (0:r0=1)',
    says:
      '2:19: error: found end of file, expected `/\\`, `\\/`, `exists`, `~exists` or `forall`' },
  { text: 'C t\n{} P0() {} filter 0:r0=1 P1()',
    says: '2:26: error: found `P1`, expected `/\\`, `\\/`, `exists`, `~exists` or `forall`' },
  { text: 'C t\n{} locations [A B]',
    says: '2:17: error: found `B`, expected `;`' },
  { text: 'C t\n{} locations [A; exists (A=1)',
    says: '2:18: error: found `exists`, expected a location such as `0:r1` or `A`, or `]`' },
  { text: 'C t\n{ file A = 1; } locations [A;] P0() {}',
    says: '2:32: error: found `P0`, expected `filter`, `exists`, `~exists` or `forall`' },
  { text: 'C 5%\n{}',
    says: '1:4: error: found `%`, expected `{`' },
  { text: 'C t\n{ file locations = 1; }',
    says: '2:8: error: found `locations`, expected the name of the file' },
  { init: 'file C = 256;',
    says: '4:10: error: found `256`, expected a decimal number from 0 to 255' },
  { init: 'file C = -1;',
    says: '4:10: error: found `-1`, expected a decimal number from 0 to 255' },
  { init: 'file C = 0x10;',
    says: '4:10: error: found `0x10`, expected a decimal number from 0 to 255' },
  { init: 'file C = 007;',
    says: '4:10: error: found `007`, expected a decimal number from 0 to 255' },
  { init: 'file C = 1 (;',
    says: '4:13: error: found `;`, expected an option of the file' },
  { init: 'file C = 1 (uncached;',
    says: '4:21: error: found `;`, expected `,` or `)`' },
  { init: 'file C = 1 (uncachd);',
    says: '4:13: error: unknown file option `uncachd`, expected `uncached` or `iomap`; did you '
      + 'mean `uncached`?' },
  { init: 'file C = 1 (uncached, uncached);',
    says: '4:23: error: file option `uncached` is given twice, expected it once' },
  { init: 'file C = x;',
    says: '4:10: error: found `x`, expected a decimal number from 0 to 255' },
  { init: 'file C 1;',
    says: '4:8: error: found `1`, expected `=`' },
  { init: 'int y 5;',
    says: '4:7: error: found `5`, expected `=` or `;`' },
  { init: 'int y = 5',
    says: '5:1: error: found `}`, expected `;`' },
  { init: 'int A;',
    says: '4:5: error: `A` is already a file, declared at 3:6, expected a new name' },
  { init: 'file anon = 1;',
    says: '4:6: error: `anon` means anonymous memory, expected a new name' },
  { init: 'P0: q = munmap(A, PROT_READ, MAP_SHARED);',
    says: '4:9: error: found `munmap`, expected `mmap`' },
  { init: 'P0: q = mmap(C, PROT_READ, MAP_SHARED);',
    says: '4:14: error: unknown file `C`, expected a file or `anon`' },
  { init: 'P0: q = mmap(x, PROT_READ, MAP_SHARED);',
    says: '4:14: error: `x` is an integer, expected a file or `anon`' },
  { init: 'P0: q = mmap(A, PROT_RAED, MAP_SHARED);',
    says: '4:17: error: unknown flag `PROT_RAED`, expected `PROT_NONE`, `PROT_READ` or '
      + '`PROT_WRITE`; did you mean `PROT_READ`?' },
  { init: 'P0: q = mmap(A, PROT_READ, MAP_FIXED);',
    says: '4:28: error: unknown flag `MAP_FIXED`, expected `MAP_SHARED` or `MAP_PRIVATE`' },
  { init: 'P0: q = mmap(A, PROT_READ);',
    says: '4:26: error: found `)`, expected `|` or `,`' },
  { init: 'P0: q = mmap(A, PROT_READ | , MAP_SHARED);',
    says: '4:29: error: found `,`, expected a flag' },
  { init: 'P0: p = mmap(A, PROT_READ, MAP_SHARED);',
    says: '4:5: error: `p` is already a page, declared at 3:36, expected a new name' },
  { init: 'P1: q = mmap(A, PROT_READ, MAP_SHARED);',
    says: '4:1: error: unknown thread `P1`, expected `P0` or `kswapd`; did you mean `P0`?' },
  { init: 'kswapd: q = mmap(A, PROT_READ, MAP_SHARED);',
    says: '4:1: error: `kswapd` is a kernel thread and has no address space, expected a user '
      + 'thread such as `P0`' },
  { init: 'fiel C = 1;',
    says: '4:6: error: found `C`, expected a declaration, or `:` as in `P0: p = mmap(...)`' },
  { init: 'P0 = 3;',
    says: '4:4: error: found `=`, expected a declaration, or `:` as in `P0: p = mmap(...)`' },
  { init: 'arch arm;',
    says: '4:6: error: unknown architecture `arm`, expected `x86` or `arm64`' },
  { init: 'arch x86; arch x86;',
    says: '4:11: error: `arch` is given twice, expected it once' },
  { init: 'frames = 0;',
    says: '4:10: error: found `0`, expected a number of frames from 1 to 255' },
  { init: 'frames = 3; frames = 4;',
    says: '4:13: error: `frames` is given twice, expected it once' },
  { init: 'frames 3;',
    says: '4:8: error: found `3`, expected `=`' },
  { init: 'option alnoe;',
    says: '4:8: error: unknown option `alnoe`, expected `alone` or `lazy`; did you mean `alone`?' },
  { init: 'option alone, alone;',
    says: '4:15: error: option `alone` is given twice, expected it once' },
  { init: 'option alone lazy;',
    says: '4:14: error: found `lazy`, expected `,` or `;`' },
  { init: 'option ;',
    says: '4:8: error: found `;`, expected the name of an option' },
  { init: 'mm Q { P7 }',
    says: '4:8: error: unknown thread `P7`, expected `P0` or `kswapd`; did you mean `P0`?' },
  { init: 'mm Q { kswapd }',
    says: '4:8: error: `kswapd` is a kernel thread and has no address space, expected a user '
      + 'thread such as `P0`' },
  { init: 'mm Q { P0 P0 }',
    says: '4:11: error: `P0` is already in `Q`, expected one address space for each thread' },
  { init: 'mm Q { P0 } mm R { P0 }',
    says: '4:20: error: `P0` is already in `Q`, expected one address space for each thread' },
  { init: 'mm Q { P0 } mm Q { }',
    says: '4:16: error: `Q` is declared twice, expected all threads of an address space in one '
      + 'place' },
  { init: 'mm Q { 3 }',
    says: '4:8: error: found `3`, expected a thread or `}`' },
  { init: 'mm Q P0;',
    says: '4:6: error: found `P0`, expected `{`' },
  { init: 'cpu P7 = P0;',
    says: '4:5: error: unknown thread `P7`, expected `P0` or `kswapd`; did you mean `P0`?' },
  { init: 'cpu kswapd = P7;',
    says: '4:14: error: unknown thread `P7`, expected `P0` or `kswapd`; did you mean `P0`?' },
  { init: 'cpu kswapd = P0; cpu kswapd = P0;',
    says: '4:22: error: `kswapd` is placed twice, expected one CPU for each thread' },
  { init: 'cpu kswapd = kswapd;',
    says: '4:5: error: `kswapd` is on the CPU of `kswapd` already, expected a thread that runs '
      + 'elsewhere' },
  { init: 'cpu kswapd = P0; cpu P0 = kswapd;',
    says: '4:22: error: `P0` is on the CPU of `kswapd` already, expected a thread that runs '
      + 'elsewhere' },
  { init: 'cpu kswapd P0;',
    says: '4:12: error: found `P0`, expected `=`' },
  { p0: 'mummap(p);',
    says: '9:1: error: unknown operation `mummap`, expected a known operation; did you mean '
      + '`munmap`?' },
  { p0: 'zzzzzzz(p);',
    says: '9:1: error: unknown operation `zzzzzzz`, expected `READ_ONCE`, `WRITE_ONCE`, `mmap`, '
      + '`mremap`, `munmap`, `mprotect`, `pread`, `fork`, `reclaim`, `alloc` or `any`' },
  { p0: 'munmap(A);',
    says: '9:8: error: `A` is a file, expected a page in `munmap(p)`' },
  { p0: 'munmap(q);',
    says: '9:8: error: unknown name `q`, expected a page in `munmap(p)`' },
  { p0: 'munmap(pp);',
    says: '9:8: error: unknown name `pp`, expected a page in `munmap(p)`; did you mean `p`?' },
  { p0: 'munmap(*p);',
    says: '9:8: error: found `*p`, expected a page in `munmap(p)`' },
  { p0: 'munmap(3);',
    says: '9:8: error: found `3`, expected a page in `munmap(p)`' },
  { p0: 'munmap(p | p);',
    says: '9:8: error: found `p | p`, expected a page in `munmap(p)`' },
  { p0: 'munmap();',
    says: '9:1: error: `munmap` is given no arguments, expected `munmap(p)`' },
  { p0: 'munmap(p, p);',
    says: '9:1: error: `munmap` is given 2 arguments, expected `munmap(p)`' },
  { p0: 'munmap(p)',
    says: '10:1: error: found `}`, expected `;`' },
  { p0: 'munmap p;',
    says: '9:8: error: found `p`, expected `=` or `(`' },
  { p0: 'int r1 = munmap(p);',
    says: '9:5: error: `munmap` has no result, expected `munmap(p)`' },
  { p0: 'int r1 = reclaim(p);',
    says: '9:10: error: `reclaim` is for kernel threads, expected an operation for user threads, '
      + 'as `P0` is one' },
  { kswapd: 'munmap(p);',
    says: '12:1: error: `munmap` is for user threads, expected an operation for kernel threads, '
      + 'as `kswapd` is one' },
  { kswapd: 'int r1 = READ_ONCE(*p);',
    says: '12:20: error: `p` is a page, expected an integer in `r = READ_ONCE(x)`' },
  { p0: 'int r1 = READ_ONCE(p);',
    says: '9:20: error: found `p`, expected a page as `*p` or an integer in `r = READ_ONCE(*p)` '
      + 'or `r = READ_ONCE(x)`' },
  { p0: 'int r1 = READ_ONCE(A);',
    says: '9:20: error: `A` is a file, expected a page as `*p` or an integer in `r = '
      + 'READ_ONCE(*p)` or `r = READ_ONCE(x)`' },
  { p0: 'int r1 = READ_ONCE(xx);',
    says: '9:20: error: unknown name `xx`, expected a page as `*p` or an integer in `r = '
      + 'READ_ONCE(*p)` or `r = READ_ONCE(x)`; did you mean `x`?' },
  { p0: 'p = READ_ONCE(x);',
    says: '9:1: error: `p` is a page, expected a register, which has a name of its own' },
  { p0: 'int A = READ_ONCE(x);',
    says: '9:5: error: `A` is a file, expected a register, which has a name of its own' },
  { p0: 'int p;',
    says: '9:5: error: `p` is a page, expected a register, which has a name of its own' },
  { p0: 'int r1',
    says: '10:1: error: found `}`, expected `=` or `;`' },
  { p0: 'int = 3;',
    says: '9:5: error: found `=`, expected the name of a register' },
  { p0: 'int r1 = 3;',
    says: '9:10: error: found `3`, expected an operation' },
  { p0: 'READ_ONCE(*3);',
    says: '9:12: error: found `3`, expected the name of a page or an integer' },
  { p0: 'READ_ONCE(x;',
    says: '9:12: error: found `;`, expected `,`, `|` or `)`' },
  { p0: 'READ_ONCE(*x | y);',
    says: '9:14: error: found `|`, expected `,` or `)`' },
  { p0: 'READ_ONCE(x,);',
    says: '9:13: error: found `)`, expected an argument' },
  { p0: 'WRITE_ONCE(*p, x);',
    says: '9:16: error: `x` is an integer, expected a number in `WRITE_ONCE(*p, v)`' },
  { p0: 'WRITE_ONCE(*p, 256);',
    says: '9:16: error: found `256`, expected a decimal number from 0 to 255' },
  { p0: 'any(0);',
    says: '9:5: error: found `0`, expected a number from 1 to 255' },
  { p0: 'any(x);',
    says: '9:5: error: `x` is an integer, expected a number of at least 1 in `any(n)`' },
  { p0: 'fork(q);',
    says: '9:6: error: unknown name `q`, expected an address space in `fork(Q)`' },
  { p0: 'fork(A);',
    says: '9:6: error: `A` is a file, expected an address space in `fork(Q)`' },
  { p0: 'p = mmap(A, PROT_READ, MAP_SHARED);',
    says: '9:1: error: `p` is already a page, declared at 3:36, expected a new name, or `p = '
      + 'mmap(p, A, prot, flags | MAP_FIXED)`' },
  { p0: 'q = mmap(A, PROT_READ, MAP_SHARED | MAP_FIXED);',
    says: '9:37: error: `MAP_FIXED` cannot stand here, expected `MAP_SHARED` or `MAP_PRIVATE`' },
  { p0: 'q = mmap(p, B, PROT_READ, MAP_SHARED | MAP_FIXED);',
    says: '9:1: error: `q` would get the address of `p`, expected `p` on both sides, as in `p = '
      + 'mmap(p, A, prot, flags | MAP_FIXED)`' },
  { p0: 'p = mmap(p, B, PROT_READ, MAP_SHARED);',
    says: '9:27: error: `MAP_FIXED` is missing, expected it here' },
  { p0: 'mmap(p, B, PROT_READ, MAP_SHARED | MAP_FIXED);',
    says: '9:1: error: `mmap` names the page it maps on its left, expected `p = mmap(p, A, prot, '
      + 'flags | MAP_FIXED)`' },
  { p0: 'int q = mmap(A, PROT_READ, MAP_SHARED);',
    says: '9:5: error: `q` is a page here, expected no `int`, as in `p = mmap(A, prot, flags)`' },
  { p0: 'q = mmap(A, PROT_READ, MAP_SHARE);',
    says: '9:24: error: unknown flag `MAP_SHARE`, expected `MAP_SHARED` or `MAP_PRIVATE`; did '
      + 'you mean `MAP_SHARED`?' },
  { p0: 'q = mmap(A, 3, MAP_SHARED);',
    says: '9:13: error: found `3`, expected flags such as `PROT_NONE` in `p = mmap(A, prot, '
      + 'flags)`' },
  { p0: 'q = mmap(x, PROT_READ, MAP_SHARED);',
    says: '9:10: error: `x` is an integer, expected a file or `anon` in `p = mmap(A, prot, '
      + 'flags)`' },
  { p0: 'A = mmap(A, PROT_READ, MAP_SHARED);',
    says: '9:1: error: `A` is already a file, declared at 3:6, expected a new name, or `p = '
      + 'mmap(p, A, prot, flags | MAP_FIXED)`' },
  { p0: 'q = mremap(p); q = mremap(p);',
    says: '9:16: error: `q` is already a page, declared at 9:1, expected a new name' },
  { p0: 'mprotect(p, PROT_READ | PROT_READ);',
    says: '9:25: error: flag `PROT_READ` is given twice, expected it once' },
  { p0: '{',
    says: '9:1: error: found `{`, expected a statement or `}`' },
  { p0: 'if (x) munmap(p);',
    says: '9:8: error: found `munmap`, expected `;`' },
  { p0: '\u0007',
    says: '9:1: error: found character U+0007, expected a statement or `}`' },
  { p0: 'ünmap(p);',
    says: '9:1: error: found `ü`, expected a statement or `}`' },
  { p0: '$',
    says: '9:1: error: found `$`, expected a statement or `}`' },
  { end: 'P0() {}\nexists (0:r0=1)',
    says: '14:1: error: `P0` is written twice, expected one body for each thread' },
  { end: 'P1() {\nmunmap(p);\nREAD_ONCE(*b);\n}\nexists (0:r0=1)',
    says: '16:11: error: unknown name `b`, expected a page as `*p` or an integer in `r = '
      + 'READ_ONCE(*p)` or `r = READ_ONCE(x)`' },
  { end: 'P1(int *y) {}\nexists (0:r0=1)',
    says: '14:9: error: unknown name `y`, expected `A`, `B`, `x` or `p`' },
  { init: 'mm Q { P1 }', end: 'P1() {\nmunmap(p);\n}\nexists (0:r0=1)',
    says: '15:8: error: page `p` belongs to `mm`, expected a page of `Q`, where `P1` runs' },
  { init: 'mm Q { }', p0: 'munmap(Q);',
    says: '9:8: error: found `Q`, expected a page in `munmap(p)`' },
  { p0: 'int r1 = anon(x);',
    says: '9:10: error: unknown operation `anon`, expected `READ_ONCE`, `WRITE_ONCE`, `mmap`, '
      + '`mremap`, `munmap`, `mprotect`, `pread`, `fork`, `reclaim`, `alloc` or `any`' },
  { p0: 'munmap(anon);',
    says: '9:8: error: found `anon`, expected a page in `munmap(p)`' },
  { init: 'int thelongestnameofanintegerthatanybodyhaseverwritteninafile x;',
    says: '4:63: error: found `x`, expected `=` or `;`' },
  { end: '',
    says: '13:2: error: found end of file, expected a thread, `locations`, `filter`, `exists`, '
      + '`~exists` or `forall`' },
  { end: 'exist (0:r0=1)',
    says: '14:8: error: found `0`, expected `int` or `)` after thread `exist`' },
  { end: 'exists (0:r0=1',
    says: '14:15: error: found end of file, expected `/\\`, `\\/` or `)`' },
  { end: 'exists (0:r0=1) x',
    says: '14:17: error: found `x`, expected `/\\`, `\\/` or end of file' },
  { end: 'exists (0:r0)',
    says: '14:13: error: found `)`, expected `=` or `!=`' },
  { end: 'exists (0:r0==1)',
    says: '14:14: error: found `=`, expected a number, `SIGSEGV` or `SIGBUS`' },
  { end: 'exists (0:r0=-1)',
    says: '14:14: error: found `-1`, expected a decimal number from 0 to 255' },
  { end: 'exists (0:r0=SIGSGEV)',
    says: '14:14: error: found `SIGSGEV`, expected a number, `SIGSEGV` or `SIGBUS`' },
  { end: 'exists (0:r0=)',
    says: '14:14: error: found `)`, expected a number, `SIGSEGV` or `SIGBUS`' },
  { end: 'exists (0:r1=1)',
    says: '14:11: error: `P0` never assigns `r1`, expected a register that it assigns; did you '
      + 'mean `r0`?' },
  { end: 'exists (0:rx=1)',
    says: '14:11: error: `P0` never assigns `rx`, expected a register that it assigns; did you '
      + 'mean `r0`?' },
  { end: 'exists (1:r0=1)',
    says: '14:9: error: unknown thread `P1`, expected `P0` or `kswapd`; did you mean `P0`?' },
  { end: 'exists (kswap:r0=1)',
    says:
      '14:9: error: unknown thread `kswap`, expected `P0` or `kswapd`; did you mean `kswapd`?' },
  { end: 'exists (p=1)',
    says: '14:9: error: `p` is a page, which has no final value of its own, expected a register '
      + 'such as `0:r1`, a file or an integer' },
  { end: 'exists (r0=1)',
    says: '14:9: error: unknown name `r0`, expected a register such as `0:r1`, a file or an '
      + 'integer; did you mean `0:r0`?' },
  { end: 'exists ([x=1)',
    says: '14:11: error: found `=`, expected `]`' },
  { end: 'exists (*x=1)',
    says: '14:8: error: comment is never closed, expected `*)` before end of file' },
  { end: 'exists (C=1)',
    says: '14:9: error: unknown name `C`, expected a register such as `0:r1`, a file or an '
      + 'integer' },
  { end: 'exists (A=1 && B=1)',
    says: '14:13: error: found `&`, expected `/\\`, `\\/` or `)`' },
  { end: 'exists ()',
    says: '14:9: error: found `)`, expected a location such as `0:r1` or `A`, `(` or `~`' },
  { end: '~ forall (A=1)',
    says: '14:3: error: found `forall`, expected `exists`' },
  { end: `exists ${'('.repeat(80)}`,
    says: '14:72: error: condition nested too deeply, expected at most 64 levels' },
  { end: 'locations [p;] exists (A=1)',
    says: '14:12: error: `p` is a page, which has no final value of its own, expected a register '
      + 'such as `0:r1`, a file or an integer' },
  { end: 'filter (A=1)',
    says: '14:13: error: found end of file, expected `/\\`, `\\/`, `exists`, `~exists` or '
      + '`forall`' },
  { end: 'filter (q=1) exists (A=1)',
    says: '14:9: error: unknown name `q`, expected a register such as `0:r1`, a file or an '
      + 'integer' },
  { init: '(* Result: never (vanilla) *)',
    says: '4:12: error: found `never`, expected `Never`, `Sometimes` or `Always`' },
  { init: '(* Result: Never *)',
    says: '4:17: error: found end of line, expected `(` and the name of a rule set' },
  { init: '(* Result: Never (vanila) *)',
    says: '4:19: error: unknown rule set `vanila`, expected `vanilla`, `luf-v10` or `luf-v12`; '
      + 'did you mean `vanilla`?' },
  { init: '(* Result: Never (vanilla - zap.batchd) *)',
    says: '4:29: error: unknown rule `zap.batchd`, expected a known rule; did you mean '
      + '`zap.batched`?' },
  { init: '(* Result: Never (vanilla -zap.batched) *)',
    says: '4:27: error: found `-`, expected a space on either side of `-`' },
  { init: '(* Result: Never (vanilla - zap.batched wp.pre) *)',
    says: '4:41: error: found `wp.pre`, expected ` + rule`, ` - rule`, `,` or `)`' },
  { init: '(* Result: Never (vanilla, ) *)',
    says: '4:28: error: found `)`, expected the name of a rule set' },
  { init: '(* Result: Never (vanilla) or so *)',
    says: '4:28: error: found `or`, expected nothing after `)`' },
  { init: '(* Result: Never (vanilla *)',
    says: '4:26: error: found end of line, expected ` + rule`, ` - rule`, `,` or `)`' },
  { init: '(* result: Never (vanilla) *)',
    says: '4:4: error: found `result`, expected `Result:`' },
  { init: '(* Result: Never (vanilla)\n * Result: Sometimes (luf-v10, vanilla) *)',
    says: '5:32: error: `vanilla` has a result already, expected each choice of rules once' },
  { init: '(* Result: Never (vanilla + zzz) *)',
    says: '4:29: error: unknown rule `zzz`, expected `zap.batched`, `wp.pre`, `publish.early`, '
      + '`alloc.flush`, `a.one`, `b.two`, `c.three`, `d.four` or `e.five`' },
  { p0: '// Result: Nope',
    says: '9:12: error: found `Nope`, expected `Never`, `Sometimes` or `Always`' },
  { init: '(* Result: *)',
    says: '4:11: error: found end of line, expected `Never`, `Sometimes` or `Always`' },];

describe('reading a litmus file', () => {
  test('accepts the test into which the mistakes are put', () => {
    expect(errorOf({})).toMatchObject({ name: 't' });
  });

  test.each(mistakes)('reports $says', ({ says, ...mistake }) => {
    const error = errorOf(mistake);
    expect(error).toBeInstanceOf(LitmusError);
    expect((error as LitmusError).message).toBe(`test.litmus:${says}`);
  });

  test('tells the parts of an error apart', () => {
    expect(errorOf({ p0: 'munmap(p)' })).toMatchObject({
      source: 'test.litmus',
      line: 10,
      column: 1,
      problem: 'found `}`',
      expected: '`;`',
    });
  });

  test('counts columns past a comment and lines of every kind of ending', () => {
    const error = errorOf({ text: 'C t\r\n(* one\rtwo *) { file 3' });
    expect((error as LitmusError).message).toBe(
      'test.litmus:3:15: error: found `3`, expected the name of the file',
    );
  });
});

/**
 * The hash that chooses a state's slot. Each word is mixed by itself and the mixes are combined by
 * exclusive or, so that a step recomputes only the mixes of the words that it writes. That the search
 * is exact does not rest on it.
 */
import type { Code, Target } from './target.js';

/** Sets `g` to the mix of a word; a different function for each word. */
export function mix(target: Target, word: number, value: Code): Code {
  const factor = (Math.imul(word + 1, 0x9e3779b1) ^ 0x85ebca6b) | 1;
  const product = target.binary(folded(target, value, 16), 'imul', target.number(factor));
  return target.set('g', product) + target.set('g', folded(target, target.get('g'), 15));
}

/** Makes the hash `h` from the combined mixes in `h`. */
export function finish(target: Target): Code {
  const product = target.binary(folded(target, target.get('h'), 16), 'imul', target.number(0x2c1b3c6d));
  return target.set('h', product) + target.set('h', folded(target, target.get('h'), 15));
}

function folded(target: Target, value: Code, bits: number): Code {
  return target.binary(value, '^', target.binary(value, '>>>', target.number(bits)));
}

/** Writes `hash`, a function of a given state. */
export function hashFunction(words: number, target: Target): void {
  target.open(['state']);
  const [w, g, h] = [target.get('w'), target.get('g'), target.get('h')];
  const mixes = Array.from({ length: words }, (_, word) =>
    target.set('w', target.load('A', word)) + mix(target, word, w) + target.set('h', target.binary(h, '^', g)));
  const zeros = ['w', 'g', 'h'].map((name) => target.declare(name, target.number(0)));
  target.close('hash', [...zeros, ...mixes, finish(target)], h);
}

/**
 * Writes `digest`, another hash of a given state: that of MurmurHash3 (Austin Appleby, public domain; its 32-bit
 * version), which mixes the words in order.
 */
export function digestFunction(words: number, target: Target): void {
  target.open(['state']);
  const [g, h] = [target.get('g'), target.get('h')];
  const times = (value: Code, factor: number): Code => target.binary(value, 'imul', target.number(factor));
  const rotated = (value: Code, bits: number): Code =>
    target.binary(target.binary(value, '<<', target.number(bits)), '|', target.binary(value, '>>>', target.number(32 - bits)));
  const rounds = Array.from({ length: words }, (_, word) => [
    target.set('g', times(target.load('A', word), 0xcc9e2d51)),
    target.set('h', target.binary(h, '^', times(rotated(g, 15), 0x1b873593))),
    target.set('h', target.binary(target.binary(rotated(h, 13), 'imul', target.number(5)), '+', target.number(0xe6546b64))),
  ].join(''));
  const last = [[16, 0x85ebca6b], [13, 0xc2b2ae35]].map(([bits, factor]) => target.set('h', times(folded(target, h, bits!), factor!)));
  const zeros = ['g', 'h'].map((name) => target.declare(name, target.number(0)));
  const result = target.binary(folded(target, h, 16), '|', target.number(0));
  target.close('digest', [...zeros, ...rounds, ...last], result);
}

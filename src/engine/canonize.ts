/**
 * Emits `canonize`, which replaces successors in the buffers by the representatives of their orbits: of all renamed
 * states the least, its words compared one after the other. The words of a renamed state are computed one
 * at a time, since the first mostly shows that it is not the least.
 *
 *   W  the words of the successor; Z  those of the least so far, then how many renamings lead to it, and
 *      whether it is another state
 *   O  by successor, how many states its orbit has
 */
import { finish, mix } from './hash.js';
import { mask } from './layout.js';
import type { Move } from './moves.js';
import { stays } from './moves.js';
import type { Code, Target } from './target.js';

/** Renamings of which one function looks at the first word. */
const chunk = 40;

/** Fields next to each other whose values are looked up together have at most this many bits. */
const lookupBitsMax = 8;

/** Emits `canonizeAll`, which works on the successors from one number to before another. */
export function emitCanonize(words: number, elements: readonly (readonly Move[])[], target: Target): void {
  new Canonizer(words, elements, target).emit();
}

class Canonizer {
  private readonly others: readonly (readonly Move[])[];
  /** The words that some renaming changes, those first that are changed most. */
  private readonly order: readonly number[];

  constructor(
    private readonly words: number,
    private readonly elements: readonly (readonly Move[])[],
    private readonly target: Target,
  ) {
    this.others = elements.slice(1);
    const changes = Array.from({ length: words }, (_, word) =>
      this.others.reduce((n, moves) => n + moves.filter((move) => move.to.word === word && !stays(move)).length, 0));
    this.order = [...changes.keys()].filter((word) => changes[word]! > 0).sort((a, b) => changes[b]! - changes[a]! || a - b);
  }

  emit(): void {
    const { target, words, order } = this;
    this.others.forEach((moves, number) => this.rest(moves, number));
    const firsts: string[] = [];
    for (let from = 0; from < this.others.length; from += chunk) firsts.push(this.firstWords(from));
    this.settle();
    const [least, changed] = [words, words + 1];
    target.open(['from', 'to']);
    const [i, p] = [target.get('i'), target.get('p')];
    const load = (word: number): Code => target.load('B', word, p);
    target.close('canonizeAll', [
      target.declare('i', target.get('from')),
      target.declare('p', target.number(0)),
      target.loop(target.binary(i, '<', target.get('to')), [
        target.set('p', target.position(i, words)),
        ...Array.from({ length: words }, (_, word) => target.store('W', word, load(word))),
        ...order.map((word) => target.store('Z', word, load(word))),
        target.store('Z', least, target.number(1)),
        target.store('Z', changed, target.number(0)),
        ...firsts.map((name) => target.run(name)),
        target.store('O', 0, target.element(this.orbitSizes, target.load('Z', least)), target.position(i, 1)),
        target.when([target.load('Z', changed)], target.run('settle', [i, p])),
        target.set('i', target.binary(i, '+', target.number(1))),
      ]),
    ]);
  }

  /** The size of an orbit by the number of renamings that lead to its least state. */
  private get orbitSizes(): number[] {
    const order = this.elements.length;
    return Array.from({ length: order + 1 }, (_, n) => (n === 0 ? 0 : Math.floor(order / n)));
  }

  /** Looks at the first word of several renamed states, and at the others of those that may be the least. */
  private firstWords(from: number): string {
    const { target } = this;
    const [first] = this.order;
    const name = `firsts${from}`;
    target.open();
    const a = target.get('a');
    const tests = this.others.slice(from, from + chunk).map((moves, i) => [
      target.set('a', this.word(moves, first!)),
      target.when([target.binary(a, '<=', target.load('Z', first!))], target.run(`least${from + i}`, [a])),
    ].join(''));
    target.close(name, [target.declare('a', target.number(0)), ...tests]);
    return name;
  }

  /** Compares a renamed state with the least so far, given that its first word is not greater, and takes its place if it is less. */
  private rest(moves: readonly Move[], number: number): void {
    const { target, words } = this;
    const [first, ...others] = this.order;
    target.open(['a']);
    const [a, less] = [target.get('a'), target.get('less')];
    const least = (word: number): Code => target.load('Z', word);
    const compared = others.map((word) => [
      target.set('a', this.word(moves, word)),
      target.when([target.not(less), target.binary(least(word), '<', a)], target.leave()),
      target.set('less', target.binary(less, '|', target.truth(target.binary(a, '<', least(word))))),
      // Equal words do no harm before it is known which state is less.
      target.store('Z', word, a),
    ].join(''));
    target.close(`least${number}`, [
      target.declare('less', target.truth(target.binary(a, '<', least(first!)))),
      target.store('Z', first!, a),
      ...compared,
      target.when(
        [less],
        target.store('Z', words, target.number(1)) + target.store('Z', words + 1, target.number(1)),
        target.store('Z', words, target.binary(target.load('Z', words), '+', target.number(1))),
      ),
    ]);
  }

  /** Puts the least state into the buffers, with its hash. */
  private settle(): void {
    const { target, words, order } = this;
    target.open(['i', 'p']);
    const [g, h, i, p] = [target.get('g'), target.get('h'), target.get('i'), target.get('p')];
    const mixes = Array.from({ length: words }, (_, word) =>
      mix(target, word, target.get(`w${word}`)) + target.set('h', target.binary(h, '^', g)));
    target.close('settle', [
      target.declare('g', target.number(0)),
      target.declare('h', target.number(0)),
      ...Array.from({ length: words }, (_, word) => target.declare(`w${word}`, target.load(order.includes(word) ? 'Z' : 'W', word))),
      ...order.map((word) => target.store('B', word, target.get(`w${word}`), p)),
      ...mixes,
      finish(target),
      target.store('H', 0, h, target.position(i, 1)),
    ]);
  }

  /** A word of the renamed state, signed. */
  private word(moves: readonly Move[], word: number): Code {
    const { target } = this;
    const into = moves.filter(({ to }) => to.word === word);
    const parts = [...this.shifted(into.filter(({ table }) => !table)), ...this.lookedUp(into.filter(({ table }) => table))];
    return parts.reduce((all, part) => target.binary(all, '|', part), target.number(0));
  }

  /** Fields that go the same way go together. */
  private shifted(moves: readonly Move[]): Code[] {
    const { target } = this;
    const ways = new Map<string, { word: number; by: number; bits: number }>();
    for (const { from, to, bits } of moves) {
      const by = to.shift - from.shift;
      const way = ways.get(`${from.word} ${by}`) ?? { word: from.word, by, bits: 0 };
      ways.set(`${from.word} ${by}`, { ...way, bits: way.bits | (mask(bits) << from.shift) });
    }
    return [...ways.values()].map(({ word, by, bits }) => {
      const kept = target.binary(target.load('W', word), '&', target.number(bits));
      return by === 0 ? kept : target.binary(kept, by > 0 ? '<<' : '>>>', target.number(Math.abs(by)));
    });
  }

  private lookedUp(moves: readonly Move[]): Code[] {
    const { target } = this;
    return joined(moves).map(({ from, to, bits, table }) => {
      const field = target.binary(target.binary(target.load('W', from.word), '>>>', target.number(from.shift)), '&', target.number(mask(bits)));
      return target.binary(target.element(table!, field), '<<', target.number(to.shift));
    });
  }
}

/** Neighbours that go together as one field. */
function joined(moves: readonly Move[]): Move[] {
  const sorted = [...moves].sort((a, b) => a.from.word - b.from.word || a.from.shift - b.from.shift);
  const fields: Move[] = [];
  for (const move of sorted) {
    const last = fields.at(-1);
    if (!last || !follows(last, move)) fields.push(move);
    else fields[fields.length - 1] = { ...last, bits: last.bits + move.bits, table: move.table!.flatMap((high) => last.table!.map((low) => (high << last.bits) | low)) };
  }
  return fields;
}

function follows(last: Move, { from, to, bits }: Move): boolean {
  const adjacent = (a: Move['from'], b: Move['from']): boolean => a.word === b.word && a.shift + last.bits === b.shift;
  return last.bits + bits <= lookupBitsMax && adjacent(last.from, from) && adjacent(last.to, to);
}

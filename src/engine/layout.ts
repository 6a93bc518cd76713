/**
 * Where the variables of a state are: packed into 32-bit words or, where they never change, constants
 * beside them. Fields never straddle a word, so that every access is one shift and one mask.
 */
import { bitsOf, lowOf, nameOf, type Domain } from './domain.js';
import { lengthOf, type Variable } from './node.js';

/** The values, by element, of variables that never change. */
export type Constants = ReadonlyMap<Variable, readonly number[]>;

/** Where a variable's elements are: `perWord` elements of `bits` bits from `word` on, the first at `shift`. */
export interface Place {
  readonly word: number;
  readonly shift: number;
  readonly bits: number;
  readonly perWord: number;
  readonly length: number;
}

/** The words of a state with the layout that they have. */
export interface Packed {
  readonly layout: Layout;
  readonly words: Int32Array;
}

/** Reads and writes the variables of packed states; constants take no bits in them. */
export class Layout {
  /** Number of 32-bit words of a state. */
  readonly words: number;
  readonly variables: readonly Variable[];
  private readonly places: ReadonlyMap<Variable, Place>;
  private unfolded: Layout | undefined;

  /**
   * @param variables - of one schema, all of them
   * @param constants - those that are not packed
   */
  constructor(
    variables: readonly Variable[],
    readonly constants: Constants = new Map(),
  ) {
    this.variables = [...variables];
    const { places, words } = pack(variables.filter((variable) => !constants.has(variable)));
    this.places = places;
    this.words = words;
  }

  /** The layout of the same variables without constants. */
  get whole(): Layout {
    if (this.constants.size === 0) return this;
    return (this.unfolded ??= new Layout(this.variables));
  }

  /** Where a variable is packed; throws for a constant and for a variable of another schema. */
  placeOf(variable: Variable): Place {
    const place = this.places.get(variable);
    if (place) return place;
    const why = this.constants.has(variable) ? 'is constant' : 'belongs to another schema or was declared too late';
    throw new ReferenceError(`${variable.name} ${why}`);
  }

  /** The value of an element, which must exist. */
  read(words: Int32Array, variable: Variable, element: number): number {
    return this.constants.get(variable)?.[element] ?? readPacked(this.placeOf(variable), variable.domain, words, element);
  }

  /** Writes an element, which must exist, with a value of its domain; throws for another value of a constant. */
  write(words: Int32Array, variable: Variable, element: number, value: number): void {
    const constant = this.constants.get(variable)?.[element];
    if (constant === undefined) writePacked(this.placeOf(variable), variable.domain, words, element, value);
    else if (constant !== value) {
      const { name, domain } = variable;
      throw new RangeError(`${name} is constant: ${nameOf(domain, constant)}, not ${nameOf(domain, value)}`);
    }
  }

  /** The words that a state of another layout of the same variables has in this one. */
  repack(state: Packed): Int32Array {
    const words = new Int32Array(this.words);
    for (const variable of this.variables) {
      for (let element = 0; element < lengthOf(variable); element++) {
        this.write(words, variable, element, state.layout.read(state.words, variable, element));
      }
    }
    return words;
  }
}

/** First fit, largest first: wide arrays take whole words, the rest fills the gaps. */
function pack(variables: readonly Variable[]): { places: Map<Variable, Place>; words: number } {
  const used: number[] = [];
  const places = new Map<Variable, Place>();
  const sized = variables.map((variable) => {
    const bits = bitsOf(variable.domain);
    return { variable, bits, length: lengthOf(variable), perWord: Math.floor(32 / bits) };
  });
  sized.sort((a, b) => b.bits * b.length - a.bits * a.length);
  for (const { variable, bits, length, perWord } of sized) {
    const place = length <= perWord ? fit(used, bits * length) : append(used, bits, length, perWord);
    places.set(variable, { ...place, bits, perWord: Math.min(perWord, length), length });
  }
  return { places, words: Math.max(1, used.length) };
}

function fit(used: number[], bits: number): { word: number; shift: number } {
  const gap = used.findIndex((n) => n + bits <= 32);
  const word = gap < 0 ? used.push(0) - 1 : gap;
  const shift = used[word]!;
  used[word] = shift + bits;
  return { word, shift };
}

function append(used: number[], bits: number, length: number, perWord: number): { word: number; shift: number } {
  const word = used.length;
  for (let left = length; left > 0; left -= perWord) used.push(Math.min(left, perWord) * bits);
  return { word, shift: 0 };
}

function readPacked(place: Place, domain: Domain, words: Int32Array, element: number): number {
  const { word, shift } = locate(place, element);
  return ((words[word]! >>> shift) & mask(place.bits)) + lowOf(domain);
}

function writePacked(place: Place, domain: Domain, words: Int32Array, element: number, value: number): void {
  const { word, shift } = locate(place, element);
  words[word] = (words[word]! & ~(mask(place.bits) << shift)) | ((value - lowOf(domain)) << shift);
}

/** The mask of the lowest bits. */
export function mask(bits: number): number {
  return bits === 32 ? -1 : (1 << bits) - 1;
}

/** The words that hold a variable's elements. */
export const wordsOf = (place: Place): number[] =>
  Array.from({ length: Math.ceil(place.length / place.perWord) }, (_, i) => place.word + i);

/** Where an element is: its word, and its lowest bit in it. */
export function locate(place: Place, element: number): { word: number; shift: number } {
  return {
    word: place.word + Math.floor(element / place.perWord),
    shift: place.shift + (element % place.perWord) * place.bits,
  };
}

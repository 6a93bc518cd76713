/** Translates effects to a target language; the words of the state that they write are the variables `n<word>`. */
import { boundsOf } from './bounds.js';
import { highOf, lowOf } from './domain.js';
import { locate, mask, wordsOf, type Layout } from './layout.js';
import type { Model } from './model.js';
import type { Effect, Node, ReadNode, Variable } from './node.js';
import type { Code, Target } from './target.js';
import type { Translation } from './translate.js';

/** Translates the effects in the functions that a translation begins and ends. */
export class Effects {
  /**
   * @param model - whose properties are observed
   * @param layout - where the variables are
   * @param code - translates the expressions
   * @param target - the language
   */
  constructor(
    private readonly model: Model,
    private readonly layout: Layout,
    private readonly code: Translation,
    private readonly target: Target,
  ) {}

  /** Statements that carry out the effects. */
  of(effects: readonly Effect[]): Code {
    return effects.map((effect) => this.effect(effect)).join('');
  }

  private effect(effect: Effect): Code {
    const { code, target } = this;
    switch (effect.kind) {
      case 'assign':
        return this.assign(effect.target, effect.value);
      case 'when': {
        const condition = code.condition(effect.condition);
        return target.when([condition], this.of(effect.then), this.of(effect.else));
      }
      case 'observe': {
        const property = this.model.properties.findIndex((p) => p.name === effect.property);
        if (property < 0) throw new Error(`${code.where} observes ${effect.property}, which the model does not declare`);
        return target.when([target.not(code.condition(effect.holds))], code.mark('bad', property));
      }
      case 'forEach':
        throw new Error('a loop is unrolled before it is emitted');
    }
  }

  private assign(to: ReadNode, value: Node): Code {
    const { code, target } = this;
    // An assignment of the value that a constant has anyway; its index may still be a fault.
    if (this.layout.constants.has(to.variable)) {
      const element = code.element(to);
      return typeof element === 'number' ? '' : target.drop(element);
    }
    const place = this.layout.placeOf(to.variable);
    const stored = this.fitted(to.variable, value);
    const element = code.element(to);
    const field = mask(place.bits);
    if (typeof element === 'number') {
      const { word, shift } = locate(place, element);
      const moved = typeof stored === 'number' ? target.number(stored << shift) : code.by(stored, '<<', shift);
      return this.put(word, target.number(~(field << shift)), moved);
    }
    const shift = code.temporary();
    const kept = target.binary(target.binary(target.number(field), '<<', target.get(shift)), '^', target.number(-1));
    const moved = target.binary(code.literal(stored), '<<', target.get(shift));
    if (place.length <= place.perWord) return target.set(shift, code.shiftOf(element, place)) + this.put(place.word, kept, moved);
    const at = code.temporary();
    const branches = wordsOf(place).reduceRight((rest, word, i) => {
      const put = this.put(word, kept, moved);
      const beyond = (i + 1) * place.perWord;
      return beyond < place.length ? target.when([code.by(target.get(at), '<', beyond)], put, rest) : put;
    }, '');
    return target.set(at, element) + target.set(shift, code.by(code.by(target.get(at), '%', place.perWord), '*', place.bits)) + branches;
  }

  private put(word: number, kept: Code, moved: Code): Code {
    const { target } = this;
    const rest = target.binary(target.get(`n${word}`), '&', kept);
    return target.set(`n${word}`, moved === target.number(0) ? rest : target.binary(rest, '|', moved));
  }

  /** The value as it is stored: moved to start at 0, and checked where the domains do not show that it fits. */
  private fitted(variable: Variable, value: Node): number | Code {
    const { code, target } = this;
    const [low, high] = [lowOf(variable.domain), highOf(variable.domain)];
    const [least, greatest] = boundsOf(value);
    if (value.kind === 'constant' && value.value >= low && value.value <= high) return value.value - low;
    const number = code.number(value);
    if (least >= low && greatest <= high) return code.by(number, '-', low);
    const at = code.temporary();
    const inside = [code.by(target.tee(at, number), '>=', low), code.by(target.get(at), '<=', high)];
    const fault = target.fault(code.fault(`${variable.name} cannot hold`), target.get(at));
    return code.by(target.choose(target.all(inside), target.get(at), fault), '-', low);
  }

  /** The words that effects may write. */
  wordsWritten(effects: readonly Effect[]): Set<number> {
    const words = new Set<number>();
    const visit = (effect: Effect): void => {
      if (effect.kind === 'assign' && !this.layout.constants.has(effect.target.variable)) {
        const place = this.layout.placeOf(effect.target.variable);
        for (const word of wordsOf(place)) words.add(word);
      } else if (effect.kind === 'when') {
        [...effect.then, ...effect.else].forEach(visit);
      }
    };
    effects.forEach(visit);
    return words;
  }
}

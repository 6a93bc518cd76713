/** One scenario under sets of candidates: what is safe there, with what each search found. */
import { hasUnsafeSuperset, Lattice, type Answer, type Told } from './lattice.js';
import { askAlong, checkMonotonicity, type Harm } from './monotonicity.js';
import { nothing, type Subset } from './sets.js';

/** What a search found, of that which counts. */
export interface Finding {
  /** The violated properties that count, the most severe first, with the steps of their shortest traces. */
  readonly violations: readonly { readonly property: string; readonly length: number }[];
  readonly states: number;
  /** The limit that left the rest open. */
  readonly limit?: string;
}

/** A search under a set of candidates, with those that its model depends on, in the order in which it asked for them. */
export interface Searched {
  readonly finding: Finding;
  readonly asked: readonly number[];
}

/** How a study looks at its scenario. */
export interface Look {
  /** All candidates. */
  readonly all: Subset;
  readonly search: (set: Subset) => Promise<Searched>;
}

/** How far to check that a candidate more does no harm. */
export interface Thoroughness {
  /** Search every model of a scenario that has at most so many. */
  readonly modelsMax: number;
  /** Elsewhere follow so many random ways from none to all candidates. */
  readonly ways: number;
  readonly seed: number;
}

/** Searches on a random way. */
const placesOnWay = 5;

interface Answered extends Told {
  readonly finding: Finding;
}

/** What is known of one scenario. */
export class Study {
  readonly lattice: Lattice<Answered>;
  /** Whether every model was searched, so that nothing rests on an assumption. */
  exact = false;
  /** Pairs of models that were compared to see whether more candidates do harm. */
  pairs = 0;
  harms: readonly Harm[] = [];

  constructor(
    readonly name: string,
    private readonly look: Look,
    private readonly thoroughness: Thoroughness,
  ) {
    this.lattice = new Lattice(look.all, async (set) => {
      const { finding, asked } = await look.search(set);
      return { finding, asked, answer: answerOf(finding) };
    });
  }

  /** What the search of a set found. */
  async finding(set: Subset): Promise<Finding> {
    return (await this.lattice.ask(set)).told.finding;
  }

  /** Models searched, and the states that they have. */
  get effort(): { readonly searches: number; readonly states: number } {
    const { known } = this.lattice;
    return { searches: known.length, states: known.reduce((sum, { told }) => sum + told.finding.states, 0) };
  }

  /** Finds what is safe, and checks the assumption that this rests on as far as asked for. */
  async explore(): Promise<void> {
    const { lattice, look, thoroughness: { modelsMax, ways, seed } } = this;
    const { told } = await lattice.ask(nothing);
    // Most ways of answering many questions are models of their own: no need to search them to see that they are too many.
    this.exact = 2 ** told.asked.length <= 4 * modelsMax && (await lattice.askAll(modelsMax));
    if (!this.exact) for (let i = 0; i < ways; i++) await askAlong(lattice, look.all, { places: placesOnWay, seed: seed + i });
    await this.settle();
  }

  /** Takes in what was asked for since; to be called before the lattice is read. */
  async settle(): Promise<void> {
    for (let before = -1; before !== this.lattice.known.length; ) {
      before = this.lattice.known.length;
      await this.lattice.settle();
      ({ pairs: this.pairs, harms: this.harms } = await checkMonotonicity(this.lattice));
    }
  }

  /** Whether a safe set has supersets that are known to be unsafe. */
  isFragile(set: Subset): boolean {
    return hasUnsafeSuperset(this.lattice, set);
  }
}

function answerOf({ violations, limit }: Finding): Answer {
  if (violations.length > 0) return 'unsafe';
  return limit === undefined ? 'safe' : 'open';
}

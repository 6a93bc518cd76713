/**
 * Termination detection on a ring: node 0 sends a token round against the numbering of the nodes; it
 * comes back white only when nobody can have been woken behind it. Any state of nodes may be the first,
 * as long as the token is black. Left out: that termination is detected in the end.
 *
 * Sources: Edsger W. Dijkstra, W. H. J. Feijen and A. J. M. van Gasteren, EWD 840; Stephan Merz, TLA+
 * Examples, ewd840, module EWD840.
 */
import {
  allOf,
  anyOf,
  bool,
  choose,
  exists,
  forAll,
  member,
  membersOf,
  Model,
  oneOf,
  Schema,
  when,
  type Bool,
} from '../../src/index.js';

/** How many nodes the ring has, and which guard to drop. */
export interface Ewd840 {
  readonly nodes: number;
  /** `idle nodes`: a node passes the token on while it is still at work. */
  readonly without?: 'idle nodes';
}

/** The ring; `detection` is its safety property. */
export function ewd840({ nodes, without }: Ewd840): Model {
  const schema = new Schema();
  const NODE = schema.index('NODE', nodes);
  const color = oneOf('white', 'black');
  const node = schema.array('node', [NODE], { active: bool, color });
  const token = schema.variable('token', { at: NODE, color });
  const first = node.at(0);
  const atFirst = token.at.is(member(NODE, 0));

  const model = new Model(`EWD840 ${nodes}`, schema);

  for (const place of membersOf(NODE)) {
    for (let bits = 0; bits < 4 ** nodes; bits++) {
      model.start(
        token.at.becomes(place),
        token.color.becomes('black'),
        ...membersOf(NODE).flatMap((n, i) => [
          node.at(n).active.becomes(Boolean((bits >> (2 * i)) & 1)),
          node.at(n).color.becomes((bits >> (2 * i + 1)) & 1 ? 'black' : 'white'),
        ]),
      );
    }
  }

  // TLC takes a step once for each reason that it finds for it, and counts each; so does this model.
  const stained = token.color.is('black');
  for (const [why, reason] of Object.entries({ 'black token': stained, 'black node': first.color.is('black') })) {
    model.step(`InitiateProbe, ${why}`, {
      when: [atFirst, reason],
      then: [token.at.becomes(member(NODE, nodes - 1)), token.color.becomes('white'), first.color.becomes('white')],
    });
  }
  for (const [i, n] of [...membersOf(NODE).entries()].slice(1)) {
    const { active, color } = node.at(n);
    const idle = without === 'idle nodes' ? true : active.not();
    for (const [why, reason] of Object.entries({ idle, 'black node': color.is('black'), 'black token': stained })) {
      model.step(`PassToken ${i}, ${why}`, {
        when: [token.at.is(n), reason],
        then: [
          token.at.becomes(member(NODE, i - 1)),
          token.color.becomes(choose(color.is('black'), color, token.color)),
          color.becomes('white'),
        ],
      });
    }
  }

  for (const [i, from] of membersOf(NODE).entries()) {
    for (const [j, to] of membersOf(NODE).entries()) {
      if (i === j) continue;
      model.step(`SendMsg ${i} ${j}`, {
        when: [node.at(from).active],
        // Waking a node that the token has yet to pass is harmless; one behind it is not.
        then: [node.at(to).active.becomes(true), when(j > i, [node.at(from).color.becomes('black')])],
      });
    }
  }
  model.step('Deactivate', { n: NODE }, ({ n }) => ({
    when: [node.at(n).active],
    then: [node.at(n).active.becomes(false)],
  }));

  const detected = allOf([atFirst, token.color.is('white'), first.color.is('white'), first.active.not()]);
  const terminated = forAll(NODE, (n) => node.at(n).active.not());
  model.invariant('detection', detected.not().or(terminated), 'what node 0 takes for termination is one');

  /** A test of the nodes behind the token, or of those it has yet to pass, its own place included. */
  const split = (test: (behind: Bool, n: number) => Bool): Bool[] =>
    membersOf(NODE).map((_, i) => test(anyOf(membersOf(NODE).slice(0, i).map((n) => token.at.is(n))), i));
  model.invariant(
    'Dijkstra',
    anyOf([
      allOf(split((behind, i) => behind.not().or(node.at(i).active.not()))),
      anyOf(split((behind, i) => behind.not().and(node.at(i).color.is('black')))),
      token.color.is('black'),
    ]),
    'all behind the token are idle, unless a black node or a black token gives the round away',
  );
  model.cover('termination is detected', detected);
  model.cover('someone works on', exists(NODE, (n) => node.at(n).active));
  return model;
}

/**
 * What can be said of an emitted TLA+ module without TLC: every word is one, every name is defined once and
 * before it is used, brackets are balanced, and every action gives every variable exactly one next value.
 */

const token = /"(?:[^"\\]|\\.)*"|\w+|\\(?:in|cup|cap|X|\*[^\n]*)(?!\w)|\/\\|\\\/|\\|\|->|->|=>|==|=<|<<|>>|\[\]|\.\.|[-+=<#~'!@,:()[\]{}]/y;
const words = 'EXTENDS VARIABLES IF THEN ELSE LET IN CASE OTHER EXCEPT UNCHANGED SUBSET BOOLEAN TRUE FALSE Integers'.split(' ');
const pairs: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<<': '>>' };
const isName = (text: string | undefined): text is string => /^[A-Za-z]\w*$/.test(text ?? '') && !words.includes(text!);

/** What a module says, by name. */
export interface Structure {
  readonly variables: readonly string[];
  /** Definitions at the top level, each with its tokens, in order. */
  readonly definitions: ReadonlyMap<string, readonly string[]>;
  /** Names of the actions of `Next`. */
  readonly actions: readonly string[];
}

/** The structure of a module's text; throws an error for whatever is not as it must be. */
export function structureOf(text: string): Structure {
  const body = /^---- MODULE \w+ ----\n([^]*?)\n====$/m.exec(text)?.[1];
  if (body === undefined) throw new Error('there is no module');
  const [head = '', ...parts] = body.replaceAll(/\(\*[^]*?\*\)/g, ' ').split(/^(?=[A-Za-z]\w* ==)/m);
  const variables = tokensOf(head).filter(isName);
  const definitions = new Map<string, readonly string[]>();
  for (const part of parts) {
    const [name, , ...tokens] = tokensOf(part);
    checkBrackets(name!, tokens);
    checkNames(name!, tokens, new Set([...variables, ...definitions.keys()]));
    definitions.set(name!, tokens);
  }
  const actions = definitions.get('Next')!.filter((name) => isName(name) && name !== 'Cut');
  for (const action of actions) checkAction(action, definitions.get(action)!, variables);
  for (const [name, tokens] of definitions) {
    if (!actions.includes(name) && tokens.includes("'")) throw new Error(`${name} is no action, but has a next value`);
  }
  return { variables, definitions, actions };
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  for (let at = 0; at < text.length; ) {
    const space = /\s*/y;
    space.lastIndex = at;
    space.exec(text);
    token.lastIndex = space.lastIndex;
    if (token.lastIndex === text.length) break;
    const found = token.exec(text);
    if (!found) throw new Error(`what is ${text.slice(space.lastIndex, space.lastIndex + 40)}?`);
    tokens.push(found[0]);
    at = token.lastIndex;
  }
  return tokens;
}

function checkBrackets(name: string, tokens: readonly string[]): void {
  const open: string[] = [];
  for (const text of tokens) {
    if (text in pairs) open.push(pairs[text]!);
    else if (Object.values(pairs).includes(text) && open.pop() !== text) throw new Error(`${name}: ${text} closes nothing`);
  }
  if (open.length > 0) throw new Error(`${name}: ${open.join(' ')} is missing`);
}

/** Names are defined by LET, each for what follows it up to the next LET, or bound by \in. */
function checkNames(name: string, tokens: readonly string[], global: ReadonlySet<string>): void {
  if (global.has(name)) throw new Error(`${name} is defined twice`);
  const local = new Set<string>();
  let pending: string | undefined;
  const endDefinition = (): void => {
    if (pending !== undefined) local.add(pending);
    pending = undefined;
  };
  tokens.forEach((text, i) => {
    const next = tokens[i + 1];
    if (text === 'LET') local.clear();
    if (text === 'IN' || next === '==') endDefinition();
    if (!isName(text)) return;
    const isKnown = global.has(text) || local.has(text);
    if (next === '==') {
      if (isKnown) throw new Error(`${name}: ${text} is defined twice`);
      pending = text;
    } else if (next === '\\in' && /^i\d$/.test(text)) local.add(text);
    else if (!isKnown) throw new Error(`${name}: ${text} is not defined`);
  });
}

function checkAction(name: string, tokens: readonly string[], variables: readonly string[]): void {
  const assigned = tokens.filter((_, i) => tokens[i + 1] === "'");
  const at = tokens.indexOf('UNCHANGED');
  const same = at < 0 ? [] : tokens[at + 1] === 'vars' ? variables : tokens.slice(at + 1).filter(isName);
  const given = [...assigned, ...same].sort();
  if (given.join() !== [...variables].sort().join()) throw new Error(`${name} gives ${given.join()} a next value`);
}

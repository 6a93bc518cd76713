/** The pages of a test: those that the init block maps, and those that a thread maps later. */
import type { Mapping, PageDeclaration } from './scenario.js';
import type { CallSyntax, DeclarationSyntax, TestSyntax } from './syntax.js';
import type { Operation, Vocabulary } from './vocabulary.js';
import { ANON, checkWords, NOUNS, type Names } from './names.js';
import { checkUserThread, declarationsOf, type Placed, type Placement } from './placement.js';
import { LitmusError, quote } from './error.js';
import { nearest } from './suggest.js';
import { mapsInPlace } from './statements.js';

/** Declares all pages; throws a LitmusError where a name is taken. Files must be there already. */
export function declarePages(
  test: TestSyntax,
  vocabulary: Vocabulary,
  names: Names,
  placement: Placement,
): void {
  const mmOf = new Map(placement.threads.map(({ name, mm }) => [name, mm]));
  for (const declared of declarationsOf(test, 'page')) {
    checkUserThread(test, declared.thread);
    const { name } = declared;
    const mm = mmOf.get(declared.thread.text) ?? '';
    const mapping = mappingOf(test.source, vocabulary, names, declared);
    const page: PageDeclaration = { name: name.text, mm, mapping, position: name.position };
    names.declare(name, { kind: 'page', page });
  }
  eachCall(test, placement, (call, { mm }) => {
    const fresh = formsOf(vocabulary, call).find((form) => isFresh(form, call));
    if (mm === undefined || fresh === undefined || call.target === undefined) return;
    const { text: name, position } = call.target.name;
    const page: PageDeclaration = { name, mm, position };
    names.declare(call.target.name, { kind: 'page', page }, insteadOf(vocabulary, call));
  });
}

type PageSyntax = Extract<DeclarationSyntax, { kind: 'page' }>;

function mappingOf(
  source: string,
  vocabulary: Vocabulary,
  names: Names,
  { object, protection, flags }: PageSyntax,
): Mapping {
  const named = names.find(object.text);
  if (object.text !== ANON && named?.kind !== 'file') {
    const guess = named === undefined ? nearest(object.text, names.of(['file'])) : undefined;
    const problem = named === undefined
      ? `unknown file ${quote(object.text)}`
      : `${quote(object.text)} is ${NOUNS[named.kind]}`;
    const hint = guess === undefined ? '' : `; did you mean \`${guess}\`?`;
    throw new LitmusError(source, object.position, problem, `a file or \`anon\`${hint}`);
  }
  return {
    object: object.text,
    protection: checkWords(source, protection.names, 'flag', vocabulary.protections),
    flags: checkWords(source, flags.names, 'flag', vocabulary.mapFlags),
  };
}

function eachCall(
  test: TestSyntax,
  { threads }: Placement,
  visit: (call: CallSyntax, thread: Placed) => void,
): void {
  for (const [index, { body }] of test.threads.entries()) {
    const thread = threads[index];
    if (thread === undefined) continue;
    for (const statement of body) if (statement.kind === 'call') visit(statement, thread);
  }
}

function formsOf({ operations }: Vocabulary, call: CallSyntax): Operation[] {
  return operations.filter(({ name }) => name === call.operation.text);
}

/** True for a form that maps a page at an address of its own. */
function isFresh(form: Operation, call: CallSyntax): boolean {
  const fits = form.parameters.length === call.arguments.length;
  return fits && form.result === 'page' && !mapsInPlace(form);
}

function insteadOf(vocabulary: Vocabulary, call: CallSyntax): string {
  const inPlace = formsOf(vocabulary, call).find(mapsInPlace);
  return inPlace === undefined ? 'a new name' : `a new name, or \`${inPlace.usage}\``;
}

/**
 * Tells whether the threads of an address space may use the pages of another one: their own, and
 * those of an address space that hands itself to theirs, as fork does.
 */
export function visibility(
  test: TestSyntax,
  vocabulary: Vocabulary,
  placement: Placement,
): (mm: string, owner: string) => boolean {
  const parents = new Map<string, Set<string>>(placement.mms.map((mm) => [mm, new Set([mm])]));
  eachCall(test, placement, (call, { mm: parent }) => {
    for (const child of childrenOf(vocabulary, call)) {
      if (parent !== undefined) parents.get(child)?.add(parent);
    }
  });
  // As many rounds as there are address spaces reach every ancestor.
  for (let round = 0; round < parents.size; round++) {
    for (const ancestors of parents.values()) {
      for (const mm of [...ancestors]) parents.get(mm)?.forEach((older) => ancestors.add(older));
    }
  }
  return (mm, owner) => parents.get(mm)?.has(owner) ?? false;
}

/** Names that stand where some form of the operation takes an address space. */
function childrenOf(vocabulary: Vocabulary, call: CallSyntax): string[] {
  const forms = formsOf(vocabulary, call);
  return call.arguments.flatMap((argument, index) => {
    const taken = forms.some(({ parameters }) => parameters[index] === 'mm');
    return taken && argument.kind === 'name' ? [argument.name.text] : [];
  });
}

/** The operations of a thread: which form each call is, and what its arguments and result mean. */
import type { Argument, Statement } from './scenario.js';
import type { CallSyntax, ThreadSyntax } from './syntax.js';
import type { Operation } from './vocabulary.js';
import type { Placed } from './placement.js';
import { placeOf, resolveArgument, wrongArgument, type Scope } from './arguments.js';
import { NOUNS } from './names.js';
import { alternatives, LitmusError, quote } from './error.js';
import { unknownName } from './suggest.js';

/** Resolves a body; throws a LitmusError at its first mistake. All names must be declared. */
export function resolveBody(scope: Scope, thread: Placed, { body }: ThreadSyntax): Statement[] {
  return body.flatMap((statement) => {
    if (statement.kind === 'call') return [resolveCall(scope, thread, statement)];
    checkRegister(scope, statement.name);
    return [];
  });
}

function resolveCall(scope: Scope, thread: Placed, call: CallSyntax): Statement {
  const forms = formsOf(scope, thread, call);
  const { form, resolved } = chooseForm(scope, thread, call, forms);
  const result = resolveResult(scope, call, form, resolved);
  const list = resolved.map((argument, index) => {
    const accessed = placeOf(scope.vocabulary, form, index)?.accessed ?? false;
    return textOf(argument, accessed);
  });
  const left = result.page === undefined ? '' : `${result.page} = `;
  const text = `${left}${form.name}(${list.join(', ')})`;
  return { operation: form.id, arguments: resolved, ...result, text, position: call.position };
}

/** The forms that the thread may use and that take as many arguments as there are. */
function formsOf(scope: Scope, thread: Placed, call: CallSyntax): Operation[] {
  const { operation, arguments: list } = call;
  const { operations } = scope.vocabulary;
  const named = operations.filter(({ name }) => name === operation.text);
  if (named.length === 0) {
    const known = [...new Set(operations.map(({ name }) => name))];
    if (scope.vocabulary.unmodelled.includes(operation.text)) {
      const problem = `${quote(operation.text)} is part of the format, but this version has no model of it`;
      throw new LitmusError(scope.source, operation.position, problem, `one of ${alternatives(known.map(quote))}`);
    }
    throw unknownName(scope.source, operation, 'operation', known);
  }
  const who = thread.mm === undefined ? 'kernel' : 'user';
  const allowed = named.filter(({ by }) => by === 'any' || by === who);
  if (allowed.length === 0) {
    const other = who === 'user' ? 'kernel' : 'user';
    const problem = `${quote(operation.text)} is for ${other} threads`;
    const expected = `an operation for ${who} threads, as ${quote(thread.name)} is one`;
    throw new LitmusError(scope.source, operation.position, problem, expected);
  }
  const fitting = allowed.filter(({ parameters }) => parameters.length === list.length);
  if (fitting.length > 0) return fitting;
  const problem = `${quote(operation.text)} is given ${count(list.length)}`;
  throw new LitmusError(scope.source, operation.position, problem, usagesOf(allowed));
}

function count(length: number): string {
  if (length === 0) return 'no arguments';
  return length === 1 ? '1 argument' : `${length} arguments`;
}

function usagesOf(forms: readonly Operation[]): string {
  return alternatives([...new Set(forms.map(({ usage }) => `\`${usage}\``))]);
}

/** Takes arguments from the left while some form is left over; the last one left is the form. */
function chooseForm(
  scope: Scope,
  thread: Placed,
  call: CallSyntax,
  forms: readonly Operation[],
): { form: Operation; resolved: Argument[] } {
  let left = forms.map((form) => ({ form, resolved: [] as Argument[] }));
  for (const [index, argument] of call.arguments.entries()) {
    const places = left.flatMap(({ form }) => placeOf(scope.vocabulary, form, index) ?? []);
    const attempts = places.map((place) => resolveArgument(scope, thread, argument, place));
    const usages = usagesOf(left.map(({ form }) => form));
    left = left.flatMap(({ form, resolved }, which) => {
      const value = attempts[which];
      if (value === undefined || value instanceof LitmusError) return [];
      return [{ form, resolved: [...resolved, value] }];
    });
    if (left.length > 0) continue;
    const nearly = attempts.find((attempt) => attempt instanceof LitmusError);
    throw nearly ?? wrongArgument(scope, argument, places, usages);
  }
  const [chosen] = left;
  if (chosen === undefined) throw new Error(`no form of ${call.operation.text} to choose from`);
  return chosen;
}

/** A form that maps a page at the address of its page argument, as MAP_FIXED does. */
export function mapsInPlace({ parameters, result }: Operation): boolean {
  const insists = parameters.some((one) => typeof one === 'object' && one.required !== undefined);
  return result === 'page' && parameters[0] === 'page' && insists;
}

function resolveResult(
  scope: Scope,
  { operation, target }: CallSyntax,
  form: Operation,
  [first]: readonly Argument[],
): Pick<Statement, 'register' | 'page'> {
  const { source } = scope;
  const usage = `\`${form.usage}\``;
  if (target === undefined) {
    if (form.result !== 'page') return {};
    const problem = `${quote(form.name)} names the page it maps on its left`;
    throw new LitmusError(source, operation.position, problem, usage);
  }
  const { name, declared } = target;
  if (form.result === 'none') {
    throw new LitmusError(source, name.position, `${quote(form.name)} has no result`, usage);
  }
  if (form.result === 'register') return { register: checkRegister(scope, name) };
  if (declared) {
    const problem = `${quote(name.text)} is a page here`;
    throw new LitmusError(source, name.position, problem, `no \`int\`, as in ${usage}`);
  }
  const same = first?.kind === 'page' && first.page === name.text;
  if (mapsInPlace(form) && !same) {
    const page = first?.kind === 'page' ? first.page : '';
    const problem = `${quote(name.text)} would get the address of ${quote(page)}`;
    const expected = `${quote(page)} on both sides, as in ${usage}`;
    throw new LitmusError(source, name.position, problem, expected);
  }
  return { page: name.text };
}

function checkRegister(scope: Scope, { text, position }: CallSyntax['operation']): string {
  const named = scope.names.find(text);
  if (named === undefined) return text;
  const problem = `${quote(text)} is ${NOUNS[named.kind]}`;
  throw new LitmusError(scope.source, position, problem, 'a register, which has a name of its own');
}

function textOf(argument: Argument, accessed: boolean): string {
  switch (argument.kind) {
    case 'page': return accessed ? `*${argument.page}` : argument.page;
    case 'file': return argument.file;
    case 'integer': return argument.integer;
    case 'anon': return 'anon';
    case 'mm': return argument.mm;
    case 'value':
    case 'count': return String(argument.value);
    case 'flags': return argument.flags.join(' | ');
  }
}

/** What an exported text says of itself and of its variables. */
import type { Domain } from '../engine/domain.js';
import { baseOf, sizeOf, type Variable } from '../engine/node.js';
import type { Fact, Machine } from './machine.js';

/** What is exported, in the words of whoever asked for it. */
export interface Subject {
  /** The scenario, the rules and the kernel, in a line. */
  readonly title: string;
  /** The command that writes this text. */
  readonly command: string;
  /** What a reader must know besides, a sentence each. */
  readonly remarks: readonly string[];
  /** Names of the properties that are judged unless somebody says which. */
  readonly judged: readonly string[];
}

/** A model that another checker cannot handle; the message says why. */
export class ExportError extends Error {
  override readonly name = 'ExportError';
}

/** The numbered facts for a reader, a line each. */
export function legendOf({ facts }: Machine): string[] {
  return facts.map((fact) => {
    const meaning = fact.meaning === '' || fact.meaning === fact.name ? '' : `: ${fact.meaning}`;
    return `${String(fact.number).padStart(3)}  ${claimOf(fact)}${meaning}`;
  });
}

/** A fact in a few words, as the name of what is counted. */
export function claimOf({ kind, name, of }: Fact): string {
  switch (kind) {
    case 'property':
    case 'observed':
      return `${name} violated`;
    case 'deadlock':
      return name;
    case 'end':
      return `end: ${name}`;
    case 'question':
      return `end: ${of!.name}, where ${name}`;
    case 'cover':
      return `reached: ${name}`;
  }
}

/** The members of the index types that have any, a line each. */
export function typesOf({ model }: Machine): string[] {
  const types = model.schema.types.filter(({ members }) => members.length > 0);
  return types.map(({ name, members }) => `${name}: ${members.map((member, i) => `${i} ${member}`).join(', ')}`);
}

/** What a variable is indexed by and holds: `tlb.frame[CPU][PAGE]: FRAME or none`. */
export function describeVariable({ name, dimensions, domain }: Variable, describe: (domain: Domain) => string): string {
  const by = dimensions.map((dimension) => {
    if (dimension.kind === 'index') return `[${dimension.name}]`;
    return `[${baseOf(dimension)}..${baseOf(dimension) + sizeOf(dimension) - 1}]`;
  });
  const values = describe(domain);
  return `${name}${by.join('')}${values && ': '}${values}`;
}

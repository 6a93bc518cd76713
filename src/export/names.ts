/** Identifiers of another language for the names of a model, each its own. */

/** Hands out identifiers: letters, digits and underscores, none twice and none that is reserved. */
export class Names {
  private readonly taken: Set<string>;

  /** @param reserved - words that are not to be given to anything */
  constructor(reserved: Iterable<string>) {
    this.taken = new Set(reserved);
  }

  /** An identifier as near to the text as can be. */
  for(text: string): string {
    const plain = text.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
    const stem = /^[A-Za-z]/.test(plain) ? plain : `x${plain && `_${plain}`}`;
    if (!this.taken.has(stem)) return this.take(stem);
    return this.numbered(stem, 2);
  }

  /** The identifier with the first number that makes it free. */
  numbered(stem: string, from = 1): string {
    let number = from;
    while (this.taken.has(`${stem}_${number}`)) number++;
    return this.take(`${stem}_${number}`);
  }

  /** A scope inside this one, whose names are free again when it has ended. */
  scope(): Names {
    return new Names(this.taken);
  }

  private take(name: string): string {
    this.taken.add(name);
    return name;
  }
}

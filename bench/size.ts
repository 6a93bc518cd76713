import type { Sizes } from '../test/classics/luf-core.js';

/** A size of luf-core as people write it: CPUs, pages, frames. */
export function sizeText({ cpus, pages, frames }: Sizes): string {
  return `${cpus},${pages},${frames}`;
}

/** The size that a text gives; throws unless it is three numbers. */
export function sizeOf(text: string): Sizes {
  const [cpus, pages, frames, more] = text.split(',').map(Number);
  if (!cpus || !pages || !frames || more !== undefined) throw new Error(`not a size such as 2,1,2: ${text}`);
  return { cpus, pages, frames };
}

/**
 * Public fingerprints: xxHash64 of a state's bytes, all its variables packed, in traces, golden files and
 * links. Far too slow for the hot loop, which has its own hash.
 */
import xxhash from 'xxhash-wasm';
import type { Layout } from './layout.js';

const hasher = await xxhash();

/** The fingerprint of a state: 16 hexadecimal digits, the same on every machine and whichever variables are constant. */
export function fingerprint(layout: Layout, words: Int32Array): string {
  const whole = layout.whole.repack({ layout, words });
  const bytes = new DataView(new ArrayBuffer(4 * whole.length));
  whole.forEach((word, i) => bytes.setInt32(4 * i, word, true));
  return hasher.h64Raw(new Uint8Array(bytes.buffer)).toString(16).padStart(16, '0');
}

/** The fingerprint of a text, of its UTF-8 bytes. */
export function fingerprintOf(text: string): string {
  return hasher.h64Raw(new TextEncoder().encode(text)).toString(16).padStart(16, '0');
}

/** The fingerprint of bytes. */
export function fingerprintOfBytes(bytes: Uint8Array): string {
  return hasher.h64Raw(bytes).toString(16).padStart(16, '0');
}

import { describe, expect, it } from 'vitest';
import { Memory } from '../../src/engine/memory.js';

describe('memory', () => {
  it('gives out what was given back, filled with zeros, before it takes more from the system', () => {
    const memory = new Memory(false);
    const piece = memory.take(100).fill(7);
    const other = memory.take(20);
    // Pieces are multiples of 16 words.
    expect(memory.bytes).toBe(4 * (112 + 32));
    memory.giveBack(piece);
    expect(memory.missing([60])).toBe(0);
    expect(memory.missing([60, 60])).toBe(4 * 64);
    const again = memory.take(60);
    expect([again.buffer, again.length, again.some((word) => word !== 0)]).toEqual([piece.buffer, 60, false]);
    expect(memory.bytes).toBe(4 * (112 + 32));
    memory.take(60);
    expect(memory.bytes).toBe(4 * (112 + 32 + 64));
    expect(other.every((word) => word === 0)).toBe(true);
  });

  it('cuts small pieces from large ones, and gives each word out once', () => {
    const memory = new Memory(true);
    const pieces = Array.from({ length: 40 }, () => memory.take(100_000));
    pieces.forEach((piece, i) => piece.fill(i + 1));
    expect(pieces.every((piece, i) => piece.every((word) => word === i + 1))).toBe(true);
    expect(new Set(pieces.map(({ buffer }) => buffer)).size).toBeLessThan(30);
    expect(pieces[0]!.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(memory.bytes).toBe(40 * 400_000);
  });

  it('returns to the system what is not part of something larger', () => {
    const memory = new Memory(false);
    const [apart, large] = [memory.take(64, true), memory.take(5 << 20)];
    const within = [memory.take(1 << 18), memory.take(1 << 18)];
    const held = memory.bytes;
    memory.release(apart);
    expect(memory.bytes).toBe(held - 256);
    memory.release(within[0]!);
    expect(memory.bytes).toBe(held - 256);
    memory.giveBack(large);
    expect([memory.bytes, memory.spareBytes]).toEqual([held - 256, 20 << 20]);
    memory.trim();
    expect([memory.bytes, memory.spareBytes]).toEqual([held - 256 - (20 << 20), 0]);
    expect(memory.take(1 << 18).buffer).toBe(within[0]!.buffer);
  });
});

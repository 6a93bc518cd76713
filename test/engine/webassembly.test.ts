/** Where WebAssembly cannot be used, JavaScript finds the same. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { moduleOf } from '../../src/engine/binary.js';
import { compile, search, unlimited, type Program } from '../../src/index.js';
import { grid } from './toys.js';

const host = (globalThis as unknown as { WebAssembly: { Module: new (bytes: Uint8Array) => object; Memory: unknown; Instance: unknown } }).WebAssembly;

const statesOf = (program: Program): number => search(program, { limits: unlimited }).states;

/** A host whose modules fail. */
function refusing(message: string): void {
  const Module = function (): void {
    throw Object.assign(new Error(message), { name: 'CompileError' });
  };
  vi.stubGlobal('WebAssembly', { Module, Memory: host.Memory, Instance: host.Instance });
}

describe('a model in WebAssembly', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is the default', () => {
    expect(compile(grid(3)).emitter).toBe('webassembly');
  });

  it('runs in JavaScript where the host has no WebAssembly', () => {
    vi.stubGlobal('WebAssembly', undefined);
    const program = compile(grid(3));
    expect(program.emitter).toBe('javascript');
    expect(statesOf(program)).toBe(16);
  });

  it('runs in JavaScript where the host finds the module too large, and stops at any other fault of the module', () => {
    refusing('WebAssembly.Module(): size 8000002 > maximum function size 7654321 @+42');
    expect(compile(grid(3)).emitter).toBe('javascript');
    refusing('WebAssembly.Module(): Compiling function #10 failed: invalid local index: 3 @+949');
    expect(() => compile(grid(3))).toThrow('invalid local index');
  });

  it('is told in these words that it is too large', () => {
    const signature = { parameters: 0, results: 0 };
    const load = (locals: number, code: string): object => {
      const functions = [{ name: 'f', signature, locals, code }];
      return new host.Module(moduleOf({ from: 'x', memory: { name: 'm', pages: 1 }, imports: [], functions, exports: ['f'] }));
    };
    expect(() => load(0, '\x01')).not.toThrow();
    expect(() => load(0, '\x01'.repeat(8e6))).toThrow(/maximum/);
    expect(() => load(60_000, '')).toThrow(/too large/);
  });

  it.each([2 ** 31, -(2 ** 31) - 1, 2 ** 40])('runs in JavaScript where %d takes more than 32 bits', (far) => {
    const program = compile(grid(3, (model, x) => model.step('far', { when: [x.plus(far).below(far)], then: [x.becomes(0)] })));
    expect(program.emitter).toBe('javascript');
    expect(statesOf(program)).toBe(16);
  });
});

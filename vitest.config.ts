import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    maxWorkers: 2,
    // Searches of a few million states take seconds on a busy machine; no test measures time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

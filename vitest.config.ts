import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { defineConfig } from 'vitest/config';

/** The tests that take longest begin first, so that no core is idle at the end. */
const long = ['golden', 'scenarios', 'long-runs', 'plan', 'regress', 'client', 'symmetry', 'spin', 'scale', 'usage'];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => long.findIndex((name) => moduleId.includes(`/${name}.`)) + 1 || Infinity;
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b) || 0);
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    maxWorkers: 2,
    sequence: { sequencer: LongFirst },
    // Searches of a few million states take seconds on a busy machine; no test measures time.
    testTimeout: process.env['DEEP'] === undefined ? 120_000 : 600_000,
    hookTimeout: 120_000,
  },
});

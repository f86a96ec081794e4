import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import LongFirst from './test/sequencer.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^rowtide$/, replacement: here('./src/index.ts') },
      { find: /^rowtide\/testing$/, replacement: here('./src/testing.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/servers/keeper.ts'],
    reporters: ['default', './test/reporter.ts'],
    testTimeout: 60_000,
    hookTimeout: 300_000,
    // Most of a file's time is waiting for servers: two at once fill two cores, and more would only be in each other's way.
    maxWorkers: 2,
    sequence: { sequencer: LongFirst },
  },
});

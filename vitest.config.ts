import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import LongFirst from './test/sequencer.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const given = Object.keys(process.env).some((name) => name.startsWith('ROWTIDE_TEST_'));

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
    // Far beyond what anything takes: a busy machine is slow, and what is waited for is a condition.
    testTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    hookTimeout: 300_000,
    // A file mostly waits for its servers: two at once fill two cores. Servers that were given there is one of each.
    maxWorkers: given ? 1 : 2,
    sequence: { sequencer: LongFirst },
  },
});

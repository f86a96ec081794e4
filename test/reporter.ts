import type { Reporter, TestCase } from 'vitest/node';

/** Closes a run with one plain line that any tool can read: vitest's own summary is made for people. */
export default class PlainReporter implements Reporter {
  #counts = { passed: 0, failed: 0, skipped: 0 };

  onTestCaseResult(test: TestCase): void {
    const { state } = test.result();
    if (state !== 'pending') this.#counts[state]++;
  }

  onTestRunEnd(_modules: unknown, unhandledErrors: readonly unknown[]): void {
    const { passed, failed, skipped } = this.#counts;
    const broken = failed + unhandledErrors.length;
    process.stdout.write(`${passed} passed, ${broken} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  }
}

import { visible } from '../../format/visible.js';
import type { Finding, Verdict } from './check.js';

const WORDS: Readonly<Record<Verdict, string>> = {
  applies: 'undo applies',
  undone: 'already undone',
  changed: 'changed since',
};

const ROW_CHARS_MAX = 300;

/** What a check found: how many rows of each kind, then each row that is not as the range left it. */
export class CheckReport {
  readonly counts: Record<Verdict, number> = { applies: 0, undone: 0, changed: 0 };
  readonly #lines: string[] = [];

  add({ change, verdict, count }: Finding): void {
    this.counts[verdict] += count;
    if (verdict === 'applies') return;
    const row = change.key ?? change.after ?? change.before ?? '';
    const shown = row.length > ROW_CHARS_MAX ? `${row.slice(0, ROW_CHARS_MAX)}…` : row;
    const times = count === 1 ? '' : ` (${count} rows)`;
    this.#lines.push(`${WORDS[verdict]}: ${change.table} ${shown}${times}`);
  }

  text(): string {
    const counts = Object.entries(WORDS).map(([verdict, words]) => `${this.counts[verdict as Verdict]} ${words}`);
    return `${[counts.join(', '), ...this.#lines].map(visible).join('\n')}\n`;
  }
}

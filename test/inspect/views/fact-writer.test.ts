import { describe, expect, it } from 'vitest';
import { FactWriter, type ViewFormat } from '../../../src/inspect/views/fact-writer.js';

const FACT = { name: 'a\u0007b\n', rows: [1, 2] };

function written(format: ViewFormat, write: (writer: FactWriter) => void): string {
  let all = '';
  write(new FactWriter(format, { text: (text) => (all += text) }));
  return all;
}

describe('the only fact of a view', () => {
  it.each(['json', 'jsonl'] as const)('is a document of %s, without control characters', (format) => {
    const text = written(format, (writer) => writer.only(FACT));
    expect(JSON.parse(text)).toEqual(FACT);
    expect(text).not.toContain('\u0007');
    expect(text.trim().split('\n').length).toBe(format === 'json' ? 7 : 1);
  });
});

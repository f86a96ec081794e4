import { describe, expect, it } from 'vitest';
import { chosenFormat } from '../../src/cli/format-options.js';
import { jsonFormat } from '../../src/format/json.js';
import { FORMAT_NAMES } from '../../src/format/names.js';
import { formatOf, formatOptions } from '../../src/format/options.js';

describe('a format', () => {
  it('is chosen by its name, or by its name with options beneath', () => {
    for (const given of ['json', { json: {} }, { json: null }]) {
      const chosen = formatOptions.parse(given);
      expect(chosen).toEqual({ name: 'json', options: {} });
      expect(formatOf(chosen)).toBe(jsonFormat);
    }
  });

  it.each([
    ['jsn', [], `there is no format jsn; there are ${FORMAT_NAMES.join(', ')}`],
    [{ toString: {} }, [], `there is no format toString; there are ${FORMAT_NAMES.join(', ')}`],
    [
      { json: {}, avro: {} },
      [],
      `a format is a name, or a name with options beneath; there are ${FORMAT_NAMES.join(', ')}`,
    ],
    [7, [], `a format is a name, or a name with options beneath; there are ${FORMAT_NAMES.join(', ')}`],
    [{ json: { indent: 2 } }, ['json'], 'Unrecognized key: "indent"'],
  ])('%j is refused at its place', (given, path, message) => {
    const [issue] = formatOptions.safeParse(given).error?.issues ?? [];
    expect(issue?.path).toEqual(path);
    expect(issue?.message).toContain(message);
  });

  it('takes options of a command as a configuration has them', () => {
    expect(chosenFormat('json')).toBe(jsonFormat);
    expect(() => chosenFormat('json', { indent: '2' })).toThrow(
      '--format-option does not fit --format json: Unrecognized key: "indent"',
    );
    expect(() => chosenFormat('json', { indent: '[2' })).toThrow('--format-option indent: ');
  });
});

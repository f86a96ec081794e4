import { parseConfigDocument } from '../config/document.js';
import { RowtideError } from '../core/errors.js';
import type { Format } from '../format/format.js';
import type { FormatName } from '../format/names.js';
import { formatOf, formatOptions } from '../format/options.js';

/** The format of a command with its `--format-option`s. Throws USAGE for what the format's schema refuses. */
export function chosenFormat(name: FormatName, options: Readonly<Record<string, string>> = {}): Format {
  const values = Object.entries(options).map(([key, text]) => [key, parsedValue(key, text)]);
  const parsed = formatOptions.safeParse({ [name]: Object.fromEntries(values) });
  if (parsed.success) return formatOf(parsed.data);
  const problems = parsed.error.issues.map(({ path, message }) => [path.slice(1).join('.'), message]);
  const texts = problems.map(([key, message]) => (key === '' ? message : `${key}: ${message}`));
  throw new RowtideError('USAGE', `--format-option does not fit --format ${name}: ${texts.join('; ')}`, {
    hint: `The README says which options the format ${name} has.`,
  });
}

function parsedValue(key: string, text: string): unknown {
  const { value, problems } = parseConfigDocument(text);
  if (problems.length === 0) return value;
  throw new RowtideError('USAGE', `--format-option ${key}: ${problems[0]?.message}`, {
    hint: 'Values are written as in a configuration file: true, 5, text, [a, b], {a: b}.',
  });
}

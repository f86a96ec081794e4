import { RowtideError } from '../core/errors.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `500ms`, `8s`, `2m`, `1.5h` or `7d`. */
export function parseDuration(text: string): number {
  const [, value, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (value !== undefined) return Number(value) * UNITS[unit]!;
  throw new RowtideError('USAGE', `not a length of time: ${JSON.stringify(text)}`, {
    hint: 'It is a number and a unit, like 500ms, 8s, 2m, 1h or 7d.',
  });
}

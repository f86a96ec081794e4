import { RowtideError } from '../core/errors.js';

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Bytes of `512MiB`, `100GiB` or `2TB`. */
export function parseSize(text: string): number {
  const [, value, unit = ''] = /^(\d+(?:\.\d+)?)\s*([KMGT]i?B|B)$/.exec(text) ?? [];
  if (value !== undefined) return Number(value) * UNITS[unit]!;
  throw new RowtideError('USAGE', `not a size: ${JSON.stringify(text)}`, {
    hint: 'It is a number and a unit, like 512MiB, 100GiB or 2TB.',
  });
}

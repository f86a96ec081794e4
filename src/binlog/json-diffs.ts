import { malformed } from '../core/errors.js';
import type { JsonDiff } from '../core/json-diff.js';
import { ByteReader } from './bytes.js';

const OPERATIONS = ['replace', 'insert', 'remove'] as const;

/**
 * A sequence of diffs, until the bytes are used up:
 *
 *   operation u8, path lenenc text; but for REMOVE: value lenenc binary JSON
 */
export function decodeJsonDiffs(bytes: Buffer, from: number, to: number): JsonDiff[] {
  const r = new ByteReader(bytes, from, to);
  const diffs: JsonDiff[] = [];
  while (r.left > 0) {
    const operation = r.u8();
    const op = OPERATIONS[operation];
    if (op === undefined) throw malformed(`the operation ${operation} on a JSON document`);
    const path = r.utf8(r.lengthEncoded());
    diffs.push({ op, path, value: op === 'remove' ? null : r.slice(r.lengthEncoded()) });
  }
  return diffs;
}

import { decodeJsonDiffs } from '../../binlog/json-diffs.js';
import { isArray, isObject, prefixed, TYPE } from '../../column/json-binary.js';
import { JSON_TEXT_EXPANSION, JSON_TEXT_SLACK, writeJsonText } from '../../column/json-text.js';
import { NEWDECIMAL } from '../../column/types.js';
import type { JsonDiff } from '../../core/json-diff.js';
import type { Output } from '../output.js';
import { QUOTED_EXPANSION, writeQuoted } from './quoted.js';

const NEXT_LINE = '\n###      ';

/**
 * The diffs of a JSON document as calls of functions, the first diff innermost; neighbours of one kind share a call:
 * JSON_SET(JSON_REMOVE(@2, '$.a', '$.b'), …). Without any diff it is the column alone.
 */
export function writeDiffs(output: Output, cell: { bytes: Buffer; from: number; to: number }, column: string): void {
  const diffs = decodeJsonDiffs(cell.bytes, cell.from, cell.to);
  const names = diffs.map(functionOf);
  const calls = names.filter((name, i) => name !== names[i - 1]).reverse();
  output.ascii(calls.map((name) => `${name}(`).join(NEXT_LINE) + column);
  for (const [i, { path, value }] of diffs.entries()) {
    output.ascii(i === 0 ? ', ' : `,${NEXT_LINE}`);
    writeText(output, Buffer.from(path));
    if (value !== null) {
      output.ascii(', ');
      writeValue(output, value);
    }
    if (names[i] !== names[i + 1]) output.ascii(')');
  }
}

function functionOf({ op, path }: JsonDiff): string {
  switch (op) {
    case 'replace':
      return 'JSON_REPLACE';
    case 'remove':
      return 'JSON_REMOVE';
    case 'insert':
      return path.endsWith(']') ? 'JSON_ARRAY_INSERT' : 'JSON_INSERT';
  }
}

/** A value as SQL: numbers and literals as they are, texts and temporals in quotes, containers as a cast. */
function writeValue(output: Output, value: Buffer): void {
  const kind = value[0]!;
  if (kind === TYPE.string) {
    const { start, length } = prefixed(value, 1, value.length);
    writeText(output, value.subarray(start, start + length));
    return;
  }
  const text = jsonText(value);
  if (isObject(kind) || isArray(kind)) {
    output.ascii('CAST(');
    writeText(output, text);
    output.ascii(' AS JSON)');
  } else if (kind === TYPE.opaque && value[1] !== NEWDECIMAL) {
    writeText(output, Buffer.from(text.toString('latin1', 1, text.length - 1).replaceAll('\\n', '\n'), 'latin1'));
  } else output.bytes(text);
}

function jsonText(value: Buffer): Buffer {
  const text = Buffer.allocUnsafe(value.length * JSON_TEXT_EXPANSION + JSON_TEXT_SLACK);
  return text.subarray(0, writeJsonText(text, 0, { bytes: value, from: 0, to: value.length }));
}

function writeText(output: Output, bytes: Buffer): void {
  const out = output.reserve(bytes.length * QUOTED_EXPANSION + 2);
  output.advance(writeQuoted(out, output.length, { bytes, from: 0, to: bytes.length }, 'mysql'));
}

import { isArray, isObject, prefixed, TYPE } from '../../column/json-binary.js';
import { JSON_TEXT_EXPANSION, JSON_TEXT_SLACK, writeJsonText } from '../../column/json-text.js';
import { NEWDECIMAL } from '../../column/types.js';
import { RowtideError } from '../../core/errors.js';
import type { Output } from '../output.js';
import { QUOTED_EXPANSION, writeQuoted } from './quoted.js';

const NEXT_LINE = '\n###      ';

interface Cell {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
}

interface Diff {
  readonly call: string;
  readonly path: Buffer;
  readonly value: Buffer | null;
}

/**
 * The diffs of a JSON document as calls of functions, the first diff innermost; neighbours of one kind share a call:
 * JSON_SET(JSON_REMOVE(@2, '$.a', '$.b'), …). Without any diff it is the column alone.
 */
export function writeDiffs(output: Output, cell: Cell, column: string): void {
  const diffs = diffsIn(cell);
  const problem = typeof diffs === 'string' ? diffs : writeCalls(output, diffs, column);
  if (problem !== null) output.ascii(`Error ${problem} while printing JSON diff\n`);
}

const CALLS = ['JSON_REPLACE', 'JSON_INSERT', 'JSON_REMOVE'] as const;
const [INSERT, REMOVE] = [1, 2];
const BRACKET = 0x5d;

/** See json-diffs.ts; where they are damaged, what the tool says about it. */
function diffsIn({ bytes, from, to }: Cell): Diff[] | string {
  const diffs: Diff[] = [];
  for (let at = from; at < to; ) {
    const operation = bytes[at]!;
    if (operation >= CALLS.length) return 'reading operation type (invalid operation code)';
    const path = lengthAt(bytes, at + 1, to);
    if (path === null) return 'reading path length to skip';
    if (path.length > to - path.from) return 'skipping path';
    at = path.from + path.length;
    const isIndex = operation === INSERT && bytes[at - 1] === BRACKET;
    const diff = { call: isIndex ? 'JSON_ARRAY_INSERT' : CALLS[operation]!, path: bytes.subarray(path.from, at) };
    if (operation === REMOVE) {
      diffs.push({ ...diff, value: null });
      continue;
    }
    const value = lengthAt(bytes, at, to);
    if (value === null) return 'reading value length to skip';
    if (value.length > to - value.from) return 'skipping value';
    at = value.from + value.length;
    diffs.push({ ...diff, value: bytes.subarray(value.from, at) });
  }
  return diffs;
}

/** By the first byte of a length, how many follow. */
const LENGTH_BYTES: Readonly<Record<number, number>> = { 252: 2, 253: 3, 254: 8 };
const LENGTH_MAX = 250;

function lengthAt(bytes: Buffer, at: number, to: number): { readonly from: number; readonly length: number } | null {
  const first = bytes[at]!;
  if (at >= to) return null;
  if (first <= LENGTH_MAX) return { from: at + 1, length: first };
  const count = LENGTH_BYTES[first];
  if (count === undefined || at + 1 + count > to) return null;
  const length = count === 8 ? Number(bytes.readBigUInt64LE(at + 1)) : bytes.readUIntLE(at + 1, count);
  return { from: at + 1 + count, length };
}

/** Null, or what was wrong. */
function writeCalls(output: Output, diffs: readonly Diff[], column: string): string | null {
  const calls = diffs.map(({ call }) => call);
  const outermost = calls.filter((call, i) => call !== calls[i - 1]).reverse();
  output.ascii(outermost.map((call) => `${call}(`).join(NEXT_LINE) + column);
  for (const [i, { path, value }] of diffs.entries()) {
    output.ascii(i === 0 ? ', ' : `,${NEXT_LINE}`);
    writeText(output, path);
    if (value !== null) {
      output.ascii(', ');
      const problem = writeValue(output, value);
      if (problem !== null) return problem;
    }
    if (calls[i] !== calls[i + 1]) output.ascii(')');
  }
  return null;
}

/** A value as SQL: numbers and literals as they are, texts and temporals in quotes, containers as a cast. */
function writeValue(output: Output, value: Buffer): string | null {
  const before = output.length;
  try {
    writeWhole(output, value);
    return null;
  } catch (error) {
    if (!(error instanceof RowtideError) || error.code !== 'EVENT_MALFORMED') throw error;
    output.advance(before);
    return 'parsing json value';
  }
}

function writeWhole(output: Output, value: Buffer): void {
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
  return text.subarray(0, writeJsonText(text, 0, { bytes: value, from: 0, to: value.length }, 'bytes'));
}

function writeText(output: Output, bytes: Buffer): void {
  const out = output.reserve(bytes.length * QUOTED_EXPANSION + 2);
  output.advance(writeQuoted(out, output.length, { bytes, from: 0, to: bytes.length }, 'mysql'));
}

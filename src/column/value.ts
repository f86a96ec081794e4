import type { Value } from '../core/change.js';
import type { Column, Table } from '../core/table.js';
import { charsetOf, type TextDecode } from './charset.js';
import { shortestFloat } from './double-text.js';
import { JSON_TEXT_EXPANSION, JSON_TEXT_SLACK, writeJsonText } from './json-text.js';
import * as type from './types.js';
import type { Visitor } from './visitor.js';

/** The visitor that makes JavaScript values of one column: the table of types in README.md. */
export function valueVisitor(table: Table, column: Column): Visitor<Value> {
  const place = `column ${table.schema}.${table.name}.${column.name}`;
  const labels = column.labels ?? [];
  const isText = type.isCharacter(column.type) && column.collation !== type.BINARY_COLLATION;
  return new ValueVisitor({
    decode: isText ? charsetOf(column.collation, place).decode : decodeBinary,
    labels,
  });
}

const decodeBinary: TextDecode = (bytes, from, to) => bytes.latin1Slice(from, to);

class ValueVisitor implements Visitor<Value> {
  readonly #decode: TextDecode;
  readonly #labels: readonly string[];

  constructor(facts: { decode: TextDecode; labels: readonly string[] }) {
    this.#decode = facts.decode;
    this.#labels = facts.labels;
  }

  int(value: number): Value {
    return value;
  }

  long(high: number, low: number): Value {
    halves[0] = low;
    halves[1] = high;
    return signed[0]!;
  }

  unsignedLong(high: number, low: number): Value {
    halves[0] = low;
    halves[1] = high;
    return unsigned[0]!;
  }

  float(value: number): Value {
    return shortestFloat(value);
  }

  double(value: number): Value {
    return value;
  }

  decimal(bytes: Buffer, from: number, to: number): Value {
    return bytes.latin1Slice(from, to);
  }

  temporal(bytes: Buffer, from: number, to: number): Value {
    return bytes.latin1Slice(from, to);
  }

  text(bytes: Buffer, from: number, to: number): Value {
    return this.#decode(bytes, from, to);
  }

  bytes(bytes: Buffer, from: number, to: number, length: number): Value {
    // A copy: the event's memory must not live on for the sake of one cell.
    const copy = new Uint8Array(length);
    copy.set(bytes.subarray(from, to));
    return copy;
  }

  member(index: number): Value {
    return index === 0 ? '' : (this.#labels[index - 1] ?? String(index));
  }

  members(high: number, low: number): Value {
    return memberList(high, low, this.#labels).join(',');
  }

  json(bytes: Buffer, from: number, to: number): Value {
    const bytesMax = (to - from) * JSON_TEXT_EXPANSION + JSON_TEXT_SLACK;
    const out = bytesMax <= scratch.length ? scratch : Buffer.allocUnsafe(bytesMax);
    return out.utf8Slice(0, writeJsonText(out, 0, { bytes, from, to }));
  }
}

const scratch = Buffer.allocUnsafe(64 * 1024);

/** Two halves in, one BigInt out: half the time of BigInt(number). Little-endian, as all machines that Node runs on but s390x. */
const halves = new Uint32Array(2);
const signed = new BigInt64Array(halves.buffer);
const unsigned = new BigUint64Array(halves.buffer);

/** The labels of the bits that are set; a bit without a label is printed as its number. */
export function memberList(high: number, low: number, labels: readonly string[]): string[] {
  const members: string[] = [];
  for (let bit = 0; bit < 64; bit++) {
    const half = bit < 32 ? low : high;
    if (((half >>> (bit & 31)) & 1) !== 0) members.push(labels[bit] ?? String(bit + 1));
  }
  return members;
}

import type { Value } from '../core/change.js';
import type { Column, Table } from '../core/table.js';
import { type Charset, charsetOf, invalidText } from './charset.js';
import type { TextDecode } from './charsets/decode.js';
import { shortestFloat } from './double-text.js';
import { JSON_TEXT_EXPANSION, JSON_TEXT_SLACK, writeJsonText } from './json-text.js';
import * as type from './types.js';
import type { Visitor } from './visitor.js';

/**
 * The visitor that makes JavaScript values of one column: the table of types in README.md. `ofLasting`: it gets bytes
 * that nobody writes to again.
 */
export function valueVisitor(table: Table, column: Column, { ofLasting } = { ofLasting: false }): Visitor<Value> {
  const place = `column ${table.schema}.${table.name}.${column.name}`;
  const charset = charsetOf(type.isText(column) ? column.collation : type.BINARY_COLLATION, place);
  return new ValueVisitor({ charset, labels: column.labels ?? [], ofLasting });
}

/**
 * A large value is a view of the memory that it lies in: to copy it costs more than all else that is done to its row.
 * Whoever keeps one keeps that memory, so a value that is a smaller part of it is copied.
 */
const MEMORY_TIMES_MAX = 16;

/** Memory of copies, of which each is a sixteenth at least: to get some costs as much as to copy a page into it. */
const SLAB_BYTES = 65_536;
let slab = new ArrayBuffer(0);
let slabUsed = 0;

function room(length: number): Uint8Array {
  if (length * MEMORY_TIMES_MAX < SLAB_BYTES || length * 2 > SLAB_BYTES) return new Uint8Array(length);
  if (slabUsed + length > slab.byteLength) {
    slab = Buffer.allocUnsafeSlow(SLAB_BYTES).buffer;
    slabUsed = 0;
  }
  const copy = new Uint8Array(slab, slabUsed, length);
  slabUsed += length;
  return copy;
}

class ValueVisitor implements Visitor<Value> {
  readonly #charset: Charset;
  readonly #decode: TextDecode;
  readonly #labels: readonly string[];
  readonly #ofLasting: boolean;

  constructor(facts: { charset: Charset; labels: readonly string[]; ofLasting: boolean }) {
    this.#charset = facts.charset;
    this.#decode = facts.charset.decode;
    this.#labels = facts.labels;
    this.#ofLasting = facts.ofLasting;
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
    return this.#decode(bytes, from, to) ?? invalidText(this.#charset, bytes, { from, to });
  }

  bytes(bytes: Buffer, from: number, to: number, length: number): Value {
    if (this.#ofLasting && to - from === length) {
      const { buffer } = bytes;
      if (length * MEMORY_TIMES_MAX >= buffer.byteLength)
        return new Uint8Array(buffer, bytes.byteOffset + from, length);
    }
    const copy = room(length);
    copy.set(new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from));
    return to - from < length ? copy.fill(0, to - from) : copy;
  }

  member(index: number): Value {
    return index === 0 ? '' : (this.#labels[index - 1] ?? String(index));
  }

  members(high: number, low: number): Value {
    return memberList(high, low, this.#labels).join(',');
  }

  json(bytes: Buffer, from: number, to: number): Value {
    return jsonText(bytes, from, to);
  }
}

/** A binary JSON document as the text that the server prints. */
export function jsonText(bytes: Buffer, from: number, to: number): string {
  const bytesMax = (to - from) * JSON_TEXT_EXPANSION + JSON_TEXT_SLACK;
  const out = bytesMax <= scratch.length ? scratch : Buffer.allocUnsafe(bytesMax);
  return out.utf8Slice(0, writeJsonText(out, 0, { bytes, from, to }));
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

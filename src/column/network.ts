import { malformed } from '../core/errors.js';
import type { Codec, Visitor } from './visitor.js';

const TEXT_BYTES_MAX = 45;
const text = Buffer.alloc(TEXT_BYTES_MAX);

/**
 * MariaDB's UUID, INET4 and INET6: logged as a BINARY of their length, in the order that they are written in, without
 * trailing zero bytes.
 */
abstract class PaddedCodec implements Codec {
  readonly width = -1;
  readonly #value: Buffer;

  constructor(length: number) {
    this.#value = Buffer.alloc(length);
  }

  read<T>(bytes: Buffer, at: number, end: number, visitor: Visitor<T>, into: T): T {
    if (end - at > this.#value.length) throw malformed(`${end - at} bytes of a type of ${this.#value.length}`);
    this.#value.fill(0);
    bytes.copy(this.#value, 0, at, end);
    const written = text.write(this.print(this.#value), 0, 'latin1');
    return visitor.text(text, 0, written, into);
  }

  protected abstract print(value: Buffer): string;
}

/** 8-4-4-4-12 lower case hex. */
export class UuidCodec extends PaddedCodec {
  constructor() {
    super(16);
  }

  protected print(value: Buffer): string {
    const hex = value.hexSlice(0, 16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
}

export class Inet4Codec extends PaddedCodec {
  constructor() {
    super(4);
  }

  protected print(value: Buffer): string {
    return value.join('.');
  }
}

/** As the server prints it: lower case, its longest run of zero groups as `::`, addresses of IPv4 in it as such. */
export class Inet6Codec extends PaddedCodec {
  constructor() {
    super(16);
  }

  protected print(value: Buffer): string {
    const groups = Array.from({ length: 8 }, (_, i) => value.readUInt16BE(2 * i));
    const gap = longestGap(groups);
    const isMapped = gap.from === 0 && ((gap.count === 5 && groups[5] === 0xffff) || gap.count === 6);
    const shown = groups.map((group) => group.toString(16));
    if (isMapped) shown.splice(6, 2, value.subarray(12).join('.'));
    if (gap.count === 0) return shown.join(':');
    const left = shown.slice(0, gap.from).join(':');
    return `${left}::${shown.slice(gap.from + gap.count).join(':')}`;
  }
}

/** The first of the longest runs of zero groups; count 0 where there is none. */
function longestGap(groups: readonly number[]): { from: number; count: number } {
  let longest = { from: 0, count: 0 };
  for (let from = 0; from < groups.length; from++) {
    let count = 0;
    while (groups[from + count] === 0) count++;
    if (count > longest.count) longest = { from, count };
  }
  return longest;
}

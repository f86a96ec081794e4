import { unreachable } from '../core/errors.js';
import type { JsonDiff } from '../core/json-diff.js';
import { isArray, isInline, isObject, need, refuse, TYPE, uint16, uint32, valueBytes } from './json-binary.js';
import { type Leg, parseJsonPath } from './json-path.js';

const NO_KEY = Buffer.alloc(0);
const SMALL_BYTES_MAX = 0xffff;
/** A cell without any byte is JSON null (an in-place default of old servers). */
const NULL_DOCUMENT = Buffer.from([TYPE.literal, 0]);

/**
 * A binary JSON document to which diffs are applied as the server's own replica does it, and which is written as binary
 * JSON again, so that no reader of documents has to know of diffs. Only the containers on the way to a change are taken
 * apart; all else is copied as the bytes that it is, since offsets count from the container that they lie in.
 */
export class EditedJson {
  #root: Part;

  constructor(document: Buffer) {
    this.#root = partOf(document.length === 0 ? NULL_DOCUMENT : document);
  }

  /** All diffs are applied before the document is measured and written. */
  apply({ op, path, value }: JsonDiff): void {
    const legs = parseJsonPath(path);
    const last = legs.pop();
    const holder = legs.reduce<Container | null>((container, leg) => container?.open(leg) ?? null, this.#open());
    if (last === undefined || holder === null || !edit(holder, op, { leg: last, value })) {
      refuse(`${op} ${path} does not fit the document as it was before`);
    }
  }

  get size(): number {
    return 1 + this.#root.size;
  }

  write(out: Buffer, at: number): number {
    out[at] = this.#root.type;
    return this.#root.write(out, at + 1);
  }

  #open(): Container | null {
    if (this.#root instanceof Copied) this.#root = this.#root.opened() ?? this.#root;
    return this.#root instanceof Container ? this.#root : null;
  }
}

function edit(holder: Container, op: JsonDiff['op'], { leg, value }: { leg: Leg; value: Buffer | null }): boolean {
  switch (op) {
    case 'remove':
      return holder.remove(leg);
    case 'replace':
      return value !== null && holder.replace(leg, partOf(value));
    case 'insert':
      return value !== null && holder.insert(leg, partOf(value));
    default:
      return unreachable(op);
  }
}

/** A value as it goes into a container: `size` is without the type. */
interface Part {
  readonly type: number;
  readonly size: number;
  write(out: Buffer, at: number): number;
}

function partOf(document: Buffer): Copied {
  const type = document[need(0, 1, document.length)]!;
  return new Copied(type, document, { from: 1, end: document.length });
}

/** A value that stays as it is. */
class Copied implements Part {
  readonly type: number;
  readonly size: number;
  readonly #bytes: Buffer;
  readonly #from: number;

  constructor(type: number, bytes: Buffer, { from, end }: { from: number; end: number }) {
    this.type = type;
    this.size = valueBytes(type, bytes, from, end);
    this.#bytes = bytes;
    this.#from = need(from, this.size, end);
  }

  write(out: Buffer, at: number): number {
    return at + this.#bytes.copy(out, at, this.#from, this.#from + this.size);
  }

  /** Null for what is no container. */
  opened(): Container | null {
    return isObject(this.type) || isArray(this.type) ? new Container(this.type, this.#bytes, this.#from) : null;
  }
}

interface Entry {
  readonly key: Buffer;
  readonly value: Part;
}

/** A container that was taken apart. */
class Container implements Part {
  readonly #source: Source;
  /** Entries of the source by their number, and what came in their place or between them. */
  readonly #entries: (number | Entry)[];
  #layout: { large: boolean; size: number } | null = null;

  /** The caller has made sure that the container's bytes are there. */
  constructor(type: number, bytes: Buffer, from: number) {
    this.#source = new Source(type, bytes, from);
    this.#entries = Array.from({ length: this.#source.count }, (_, i) => i);
  }

  get type(): number {
    const { large } = this.#measured();
    if (this.#source.isObject) return large ? TYPE.largeObject : TYPE.smallObject;
    return large ? TYPE.largeArray : TYPE.smallArray;
  }

  get size(): number {
    return this.#measured().size;
  }

  /** The container at a leg; null where there is none. */
  open(leg: Leg): Container | null {
    const { at, found } = this.#find(leg);
    if (!found) return null;
    const { key, value } = this.#entry(this.#entries[at]!);
    const container = value instanceof Copied ? value.opened() : value;
    if (!(container instanceof Container)) return null;
    this.#entries[at] = { key, value: container };
    return container;
  }

  replace(leg: Leg, value: Part): boolean {
    const { at, found } = this.#find(leg);
    if (found) this.#entries[at] = { key: this.#entry(this.#entries[at]!).key, value };
    return found;
  }

  /** An array's elements from there on move up; behind the last one it becomes the last. */
  insert(leg: Leg, value: Part): boolean {
    if ('key' in leg !== this.#source.isObject) return false;
    const { at, found } = this.#find(leg);
    if ('key' in leg && found) return false;
    this.#entries.splice(at, 0, { key: 'key' in leg ? leg.key : NO_KEY, value });
    return true;
  }

  remove(leg: Leg): boolean {
    const { at, found } = this.#find(leg);
    if (found) this.#entries.splice(at, 1);
    return found;
  }

  write(out: Buffer, at: number): number {
    const { large, size } = this.#measured();
    const word = large ? 4 : 2;
    const count = this.#entries.length;
    const keys = at + 2 * word;
    const values = keys + (this.#source.isObject ? count * (word + 2) : 0);
    let tail = values + count * (word + 1);
    putWord(out, at, count, word);
    putWord(out, at + word, size, word);
    if (this.#source.isObject) {
      for (const [i, entry] of this.#entries.entries()) {
        const { key } = this.#entry(entry);
        putWord(out, keys + i * (word + 2), tail - at, word);
        putWord(out, keys + i * (word + 2) + word, key.length, 2);
        tail += key.copy(out, tail);
      }
    }
    for (const [i, entry] of this.#entries.entries()) {
      const { value } = this.#entry(entry);
      const place = values + i * (word + 1);
      out[place] = value.type;
      putWord(out, place + 1, isInline(value.type, large) ? 0 : tail - at, word);
      if (isInline(value.type, large)) value.write(out, place + 1);
      else tail = value.write(out, tail);
    }
    return tail;
  }

  #measured(): { large: boolean; size: number } {
    this.#layout ??= this.#measure();
    return this.#layout;
  }

  #measure(): { large: boolean; size: number } {
    const count = this.#entries.length;
    const keys = this.#source.isObject;
    let small = 4 + count * (keys ? 7 : 3);
    let large = 8 + count * (keys ? 11 : 5);
    for (const entry of this.#entries) {
      const { key, value } = this.#entry(entry);
      small += key.length + (isInline(value.type, false) ? 0 : value.size);
      large += key.length + (isInline(value.type, true) ? 0 : value.size);
    }
    return small <= SMALL_BYTES_MAX ? { large: false, size: small } : { large: true, size: large };
  }

  /** Where a leg's entry is, or where it would come. */
  #find(leg: Leg): { at: number; found: boolean } {
    const count = this.#entries.length;
    if ('key' in leg) return this.#source.isObject ? this.#search(leg.key) : { at: count, found: false };
    const index = leg.fromEnd ? count - 1 - leg.index : leg.index;
    const found = !this.#source.isObject && index >= 0 && index < count;
    return { at: Math.max(0, Math.min(index, count)), found };
  }

  #search(key: Buffer): { at: number; found: boolean } {
    let [from, to] = [0, this.#entries.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      const order = compareKeys(this.#entry(this.#entries[middle]!).key, key);
      if (order === 0) return { at: middle, found: true };
      if (order < 0) from = middle + 1;
      else to = middle;
    }
    return { at: from, found: false };
  }

  #entry(entry: number | Entry): Entry {
    return typeof entry === 'number' ? this.#source.entry(entry) : entry;
  }
}

/** Reads the entries of a container. */
class Source {
  readonly isObject: boolean;
  readonly count: number;
  readonly #large: boolean;
  readonly #bytes: Buffer;
  readonly #from: number;
  readonly #end: number;

  constructor(type: number, bytes: Buffer, from: number) {
    this.isObject = isObject(type);
    this.#large = type === TYPE.largeObject || type === TYPE.largeArray;
    this.#bytes = bytes;
    this.#from = from;
    this.#end = from + this.#word(from + this.#wordBytes);
    this.count = this.#word(from);
    need(
      from,
      2 * this.#wordBytes + this.count * (this.isObject ? 2 * this.#wordBytes + 3 : this.#wordBytes + 1),
      this.#end,
    );
  }

  entry(i: number): Entry {
    const word = this.#wordBytes;
    const keys = this.#from + 2 * word;
    const place = keys + (this.isObject ? this.count * (word + 2) : 0) + i * (word + 1);
    const type = this.#bytes[place]!;
    const from = isInline(type, this.#large) ? place + 1 : this.#from + this.#word(place + 1);
    const value = new Copied(type, this.#bytes, { from, end: this.#end });
    return { key: this.isObject ? this.#key(keys + i * (word + 2)) : NO_KEY, value };
  }

  #key(at: number): Buffer {
    const length = uint16(this.#bytes, at + this.#wordBytes);
    const from = need(this.#from + this.#word(at), length, this.#end);
    return this.#bytes.subarray(from, from + length);
  }

  get #wordBytes(): 2 | 4 {
    return this.#large ? 4 : 2;
  }

  #word(at: number): number {
    return this.#large ? uint32(this.#bytes, at) : uint16(this.#bytes, at);
  }
}

/** By length first: the order in which objects hold their keys. */
function compareKeys(left: Buffer, right: Buffer): number {
  return left.length - right.length || left.compare(right);
}

function putWord(out: Buffer, at: number, value: number, word: 2 | 4): void {
  if (word === 2) out.writeUInt16LE(value, at);
  else out.writeUInt32LE(value, at);
}

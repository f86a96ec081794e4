import { malformed } from '../core/errors.js';
import { GtidSet } from '../core/gtid.js';
import type { ByteReader } from './bytes.js';
import { formatUuid } from './gtid.js';

const TAGGED = 1;
const TAG_BYTES_MAX = 32;

/**
 * A set as MySQL logs and sends it; tagged since 8.3, where the set has a tag.
 *
 *   untagged: n u64, then n × (uuid 16 bytes, intervals u64, intervals × (first u64, end exclusive u64))
 *   tagged:   1 u8, n u48, 1 u8, and each uuid is followed by its tag: length × 2 u8, text
 */
export function decodeGtidSet(r: ByteReader): GtidSet {
  const isTagged = r.left > 7 && r.bytes[r.at + 7] === TAGGED;
  if (isTagged) r.skip(1);
  const origins = isTagged ? r.u48() : Number(r.u64());
  if (isTagged) r.skip(1);
  const intervals = [];
  for (let i = 0; i < origins; i++) {
    const uuid = formatUuid(r.slice(16));
    const tag = isTagged ? readTag(r) : '';
    for (let count = Number(r.u64()); count > 0; count--) {
      const first = r.i64();
      const last = r.i64() - 1n;
      if (first < 1n || last < first) throw malformed(`GTIDs ${uuid}:${first}-${last}`);
      intervals.push({ uuid, tag, first, last });
    }
  }
  return GtidSet.fromIntervals(intervals);
}

function readTag(r: ByteReader): string {
  const doubled = r.u8();
  if (doubled % 2 !== 0 || doubled > 2 * TAG_BYTES_MAX) throw malformed(`a GTID's tag of ${doubled >> 1} bytes`);
  return r.utf8(doubled >> 1);
}

export function encodeGtidSet(set: GtidSet): Buffer {
  const origins = originsOf(set);
  const isTagged = origins.some(({ tag }) => tag !== '');
  const sizes = origins.map(({ tag, intervals }) => 16 + (isTagged ? 1 + tag.length : 0) + 8 + 16 * intervals.length);
  const bytes = Buffer.alloc(8 + sizes.reduce((sum, size) => sum + size, 0));
  bytes.writeUIntLE(origins.length, isTagged ? 1 : 0, 6);
  if (isTagged) bytes[0] = bytes[7] = TAGGED;
  let at = 8;
  for (const { uuid, tag, intervals } of origins) {
    at += bytes.write(uuid.replaceAll('-', ''), at, 'hex');
    if (isTagged) {
      bytes[at] = tag.length * 2;
      at += 1 + bytes.write(tag, at + 1);
    }
    at = bytes.writeBigUInt64LE(BigInt(intervals.length), at);
    for (const { first, last } of intervals) at = bytes.writeBigUInt64LE(last + 1n, bytes.writeBigUInt64LE(first, at));
  }
  return bytes;
}

interface Origin {
  readonly uuid: string;
  readonly tag: string;
  readonly intervals: { readonly first: bigint; readonly last: bigint }[];
}

function originsOf(set: GtidSet): Origin[] {
  const origins: Origin[] = [];
  for (const { uuid, tag, first, last } of set.intervals()) {
    const latest = origins.at(-1);
    if (latest?.uuid === uuid && latest.tag === tag) latest.intervals.push({ first, last });
    else origins.push({ uuid, tag, intervals: [{ first, last }] });
  }
  return origins;
}

/** What the bytes of a block become: pieces of it as they are, each but the last with a copy of earlier bytes behind it. */
export interface SequenceWriter {
  /** Bytes `from` to `to`, then `length` bytes (4 or more) once more that stand `distance` before `to`. */
  sequence(from: number, to: number, distance: number, length: number): void;
  /** The rest. */
  literals(from: number, to: number): void;
}

const HASH_BITS = 13;
const GOLDEN_RATIO = 0x9e3779b1 | 0;
/** What is at least equal: a word. */
const MATCH_BYTES_MIN = 4;
/** LZ4 wants its last five bytes as they are, and no match that begins in the last twelve. */
const LAST_LITERALS = 5;
const LAST_START = 12;
/** A 64th of what was found to be different is passed over for each further step. */
const SKIP_SHIFT = 6;

/** Places by the hash of their word, counted from 1. Blocks are independent, so it is emptied for each. */
const places = new Int32Array(1 << HASH_BITS);

/** Finds what repeats inside of a block, greedily, as LZ4 and Snappy both do; `to` less `from` is at most 64 KiB. */
export function findMatches(source: Buffer, { from, to }: { from: number; to: number }, writer: SequenceWriter): void {
  const view = new DataView(source.buffer, source.byteOffset, source.length);
  places.fill(0);
  let anchor = from;
  for (let at = from; at <= to - LAST_START; ) {
    const word = view.getInt32(at, true);
    const slot = Math.imul(word, GOLDEN_RATIO) >>> (32 - HASH_BITS);
    let match = places[slot]! - 1;
    places[slot] = at + 1;
    if (match < 0 || view.getInt32(match, true) !== word) {
      at += 1 + ((at - anchor) >> SKIP_SHIFT);
      continue;
    }
    let end = at + MATCH_BYTES_MIN;
    const distance = at - match;
    const last = to - LAST_LITERALS;
    while (end + 4 <= last && view.getInt32(end, true) === view.getInt32(end - distance, true)) end += 4;
    while (end < last && source[end] === source[end - distance]) end++;
    while (at > anchor && match > from && source[at - 1] === source[match - 1]) {
      at--;
      match--;
    }
    writer.sequence(anchor, at, distance, end - at);
    anchor = end;
    at = end;
  }
  writer.literals(anchor, to);
}

import iconv from 'iconv-lite';
import { HOLE } from './decode.js';

/** UTF-16 code units by code, or HOLE. */
export interface CodeMaps {
  readonly one: Uint16Array;
  readonly two: Uint16Array;
  /** By the two bytes behind 0x8f. */
  readonly three: Uint16Array | null;
  /** By the number of a four byte code, up to the last one of a character below U+10000. */
  readonly four: Uint16Array | null;
}

export const THREE_BYTE_LEAD = 0x8f;

/** From 81 30 81 30 on, those of characters below U+10000. */
const FOUR_BYTE_CODES = 39_420;

/** The library's characters of an encoding whose longest one takes `bytesMax`. */
export function libraryMaps(library: string, bytesMax: number): CodeMaps {
  const one = decoded(library, 0x100, (code) => (code < 0x80 ? [] : [code]));
  for (let byte = 0; byte < 0x80; byte++) one[byte] = byte;
  const pairs = (lead: readonly number[]): Uint16Array =>
    decoded(library, 0x10000, (code) =>
      code < 0x8000 || (code & 0xff) < 0x40 ? [] : [...lead, code >> 8, code & 0xff],
    );
  return {
    one,
    two: pairs([]),
    three: bytesMax === 3 ? pairs([THREE_BYTE_LEAD]) : null,
    four: bytesMax === 4 ? decoded(library, FOUR_BYTE_CODES, fourBytes) : null,
  };
}

/** In one call: a line feed is no byte of a code, and ends what the library takes those before it for. */
function decoded(library: string, count: number, bytesOf: (code: number) => readonly number[]): Uint16Array {
  const bytes = Buffer.alloc(count * 5);
  let length = 0;
  for (let code = 0; code < count; code++) {
    for (const byte of bytesOf(code)) bytes[length++] = byte;
    bytes[length++] = 0x0a;
  }
  const text = iconv.decode(bytes.subarray(0, length), library);
  const map = new Uint16Array(count).fill(HOLE);
  for (let code = 0, at = 0; code < count; code++) {
    const end = text.indexOf('\n', at);
    if (end === at + 1) map[code] = text.charCodeAt(at);
    at = end + 1;
  }
  return map;
}

function fourBytes(index: number): number[] {
  const digit = (step: number): number => 0x30 + (Math.floor(index / step) % 10);
  return [0x81 + Math.floor(index / 12_600), digit(1260), 0x81 + (Math.floor(index / 10) % 126), digit(1)];
}

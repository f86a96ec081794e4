import { HOLE, type TextDecode, unitsFor } from './decode.js';
import { type CodeMaps, libraryMaps, THREE_BYTE_LEAD } from './library.js';
import { MULTI_BYTE_MAPS, type MultiByteMap } from './multi-byte-maps.js';

/** East Asian sets: the tables of a library, and where the servers' conversions differ from them. */
export function multiByteDecode(name: string): TextDecode {
  let maps: CodeMaps | undefined;
  return (bytes, from, to) => {
    maps ??= mapsOf(MULTI_BYTE_MAPS[name]!);
    return decode(maps, bytes, { from, to });
  };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function decode({ one, two, three, four }: CodeMaps, bytes: Buffer, { from, to }: Span): string | null {
  const units = unitsFor(to - from);
  const out = units.at;
  let count = 0;
  for (let i = from; i < to; ) {
    const lead = bytes[i++]!;
    let unit = one[lead]!;
    if (unit === HOLE) {
      if (i === to) return null;
      const second = bytes[i++]!;
      if (three !== null && lead === THREE_BYTE_LEAD) {
        unit = i === to ? HOLE : three[(second << 8) | bytes[i++]!]!;
      } else if (four !== null && isDigit(second)) {
        const index = i + 2 > to ? -1 : fourByteIndex(bytes, i - 2);
        i += 2;
        if (index >= ASTRAL_INDEX && index < ASTRAL_INDEX + ASTRAL_CODES) {
          out[count++] = 0xd800 + ((index - ASTRAL_INDEX) >> 10);
          unit = 0xdc00 + ((index - ASTRAL_INDEX) & 0x3ff);
        } else {
          unit = four[index] ?? HOLE;
        }
      } else {
        unit = two[(lead << 8) | second]!;
      }
      if (unit === HOLE) return null;
    }
    out[count++] = unit;
  }
  return units.text(count);
}

/** 90 30 81 30 is U+10000, and the others of 17 planes follow without a gap. */
const ASTRAL_INDEX = 189_000;
const ASTRAL_CODES = 0x100000;

/** The number of a four byte code: 81 30 81 30 is 0, the second and the fourth byte count ten, the third 126. */
function fourByteIndex(bytes: Buffer, at: number): number {
  const [first, second, third, fourth] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!];
  if (!isLead(first) || !isLead(third) || !isDigit(fourth)) return -1;
  return (((first - 0x81) * 10 + second - 0x30) * 126 + third - 0x81) * 10 + fourth - 0x30;
}

const isLead = (byte: number): boolean => byte >= 0x81 && byte <= 0xfe;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

function mapsOf({ library, bytesMax, differences }: MultiByteMap): CodeMaps {
  const maps = libraryMaps(library, bytesMax);
  for (const run of differences.split(/\s+/)) {
    const [, first, last, unit] = /^([0-9a-f]+)(?:-([0-9a-f]+))?(?:=([0-9a-f]+))?$/.exec(run) ?? [];
    if (first === undefined) continue;
    const map = { 2: maps.one, 4: maps.two, 6: maps.three! }[first.length]!;
    const code = Number.parseInt(first, 16);
    const end = Number.parseInt(last ?? first, 16);
    for (let i = code; i <= end; i++)
      map[i & 0xffff] = unit === undefined ? HOLE : Number.parseInt(unit, 16) + i - code;
  }
  return maps;
}

import type { TextStyle } from './style.js';

const QUOTE = 0x27;
/** What a byte takes at most: \xNN. */
export const QUOTED_EXPANSION = 4;

/** By byte: what stands for it between quotes; null for itself. */
export type Quoting = readonly (Buffer | null)[];

const CONTROLS: Readonly<Record<TextStyle, Readonly<Record<string, string>>>> = {
  mysql: { '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', "'": "\\'", '\\': '\\\\' },
  // It means to escape these two as well, and does not.
  mariadb: { "'": "'", '\\': '\\' },
};

const QUOTINGS = { mysql: quotingOf('mysql'), mariadb: quotingOf('mariadb') } as const;

function quotingOf(style: TextStyle): Quoting {
  return Array.from({ length: 256 }, (_, byte) => {
    const character = String.fromCharCode(byte);
    const written =
      CONTROLS[style][character] ?? (byte < 0x20 ? `\\x${byte.toString(16).padStart(2, '0')}` : character);
    return written === character ? null : Buffer.from(written, 'latin1');
  });
}

/** Bytes between quotes, whatever character set they are in. */
export function writeQuoted(
  out: Buffer,
  at: number,
  cell: { bytes: Buffer; from: number; to: number },
  style: TextStyle,
): number {
  const { bytes, from, to } = cell;
  let o = at;
  out[o++] = QUOTE;
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x20 && byte !== 0x27 && byte !== 0x5c) out[o++] = byte;
    else o = writeEscaped(out, o, byte, style);
  }
  out[o++] = QUOTE;
  return o;
}

function writeEscaped(out: Buffer, at: number, byte: number, style: TextStyle): number {
  const written = QUOTINGS[style][byte]!;
  if (written === null) {
    out[at] = byte;
    return at + 1;
  }
  for (let i = 0; i < written.length; i++) out[at + i] = written[i]!;
  return at + written.length;
}

/** Puts quotes around the text that stands in `out`, one byte behind `at`, in place. */
export function quoteInPlace(out: Buffer, at: number, end: number, style: TextStyle): number {
  for (let i = at + 1; i < end; i++) {
    const byte = out[i]!;
    if (byte >= 0x20 && byte !== 0x27 && byte !== 0x5c) continue;
    const text = Buffer.from(out.subarray(at + 1, end));
    return writeQuoted(out, at, { bytes: text, from: 0, to: text.length }, style);
  }
  out[at] = QUOTE;
  out[end] = QUOTE;
  return end + 1;
}

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
  const source = readFrom.of(bytes);
  const target = writtenTo.of(out);
  let o = at;
  out[o++] = QUOTE;
  for (let i = from; i < to; ) {
    for (; i + WORD_BYTES <= to; i += WORD_BYTES, o += WORD_BYTES) {
      const word = source.getInt32(i, true);
      if (mustBeLookedAt(word)) break;
      target.setInt32(o, word, true);
    }
    const end = Math.min(i + WORD_BYTES, to);
    for (; i < end; i++) {
      const byte = bytes[i]!;
      if (byte >= 0x20 && byte !== 0x27 && byte !== 0x5c) out[o++] = byte;
      else o = writeEscaped(out, o, byte, style);
    }
  }
  out[o++] = QUOTE;
  return o;
}

const WORD_BYTES = 4;

/** Whether one of four bytes is a control character, a quote or a backslash: each test leaves its highest bit set. */
function mustBeLookedAt(word: number): boolean {
  const quote = word ^ 0x27272727;
  const backslash = word ^ 0x5c5c5c5c;
  const found =
    ((word - 0x20202020) & ~word) | ((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash);
  return (found & 0x80808080) !== 0;
}

/** The view of one buffer: most cells are in that of the cell before, and making a view takes longer than a short text. */
class LastView {
  #bytes: Buffer = Buffer.alloc(0);
  #view = viewOf(this.#bytes);

  of(bytes: Buffer): DataView {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = viewOf(bytes);
    }
    return this.#view;
  }
}

const readFrom = new LastView();
const writtenTo = new LastView();

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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
  if (!isPlain(out, at + 1, end)) {
    const text = Buffer.from(out.subarray(at + 1, end));
    return writeQuoted(out, at, { bytes: text, from: 0, to: text.length }, style);
  }
  out[at] = QUOTE;
  out[end] = QUOTE;
  return end + 1;
}

function isPlain(bytes: Buffer, from: number, to: number): boolean {
  const view = writtenTo.of(bytes);
  let i = from;
  for (; i + WORD_BYTES <= to; i += WORD_BYTES) if (mustBeLookedAt(view.getInt32(i, true))) return false;
  for (; i < to; i++) {
    const byte = bytes[i]!;
    if (byte < 0x20 || byte === 0x27 || byte === 0x5c) return false;
  }
  return true;
}

import type { Output } from '../output.js';

const LINE_CHARACTERS = 76;
const LINE_BYTES = (LINE_CHARACTERS / 4) * 3;
/** So many lines are encoded at once: a native call for each would take longer than the encoding. */
const BLOCK_LINES = 128;
const LINE_FEED = 0x0a;
const WORD_BYTES = 8;
const LINE_WORDS = Math.ceil(LINE_CHARACTERS / WORD_BYTES);

const encoded = Buffer.allocUnsafeSlow(BLOCK_LINES * LINE_CHARACTERS + LINE_WORDS * WORD_BYTES);
const encodedView = new DataView(encoded.buffer);

/** Lines of base64 as BINLOG takes them. */
export function writeBase64(bytes: Buffer, output: Output): void {
  for (let at = 0; at < bytes.length; at += BLOCK_LINES * LINE_BYTES) {
    const text = bytes.toString('base64', at, Math.min(at + BLOCK_LINES * LINE_BYTES, bytes.length));
    writeLines(encoded.write(text, 0, 'latin1'), output);
  }
}

/** Copies lines as doubles, 8 bytes at a time: letters and digits are never the bits of a NaN. */
function writeLines(length: number, output: Output): void {
  output.reserve(length + Math.ceil(length / LINE_CHARACTERS) + LINE_WORDS * WORD_BYTES);
  const { view } = output;
  let to = output.length;
  for (let from = 0; from < length; from += LINE_CHARACTERS) {
    for (let i = 0; i < LINE_WORDS; i++) {
      view.setFloat64(to + i * WORD_BYTES, encodedView.getFloat64(from + i * WORD_BYTES, true), true);
    }
    to += Math.min(LINE_CHARACTERS, length - from);
    view.setUint8(to++, LINE_FEED);
  }
  output.advance(to);
}

import type { Charset } from '../column/charset.js';

const REPLACEMENT = '\ufffd';
const CHARACTER_BYTES_MAX = 4;

/** A text that is none in its character set as Java makes it: U+FFFD in place of each byte that begins no character. */
export function replacedText({ decode }: Charset, bytes: Buffer, { from, to }: { from: number; to: number }): string {
  let text = '';
  for (let at = from; at < to; ) {
    const [character, length] = characterAt(decode, bytes, at, to);
    text += character;
    at += length;
  }
  return text;
}

function characterAt(decode: Charset['decode'], bytes: Buffer, at: number, to: number): [string, number] {
  for (let length = 1; length <= CHARACTER_BYTES_MAX && at + length <= to; length++) {
    const character = decode(bytes, at, at + length);
    if (character !== null) return [character, length];
  }
  return [REPLACEMENT, 1];
}

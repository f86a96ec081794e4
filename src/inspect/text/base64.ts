import type { Output } from '../output.js';

const LINE_CHARACTERS = 76;
const LINE_BYTES = (LINE_CHARACTERS / 4) * 3;

/** Lines of base64 as BINLOG takes them. */
export function writeBase64(bytes: Buffer, output: Output): void {
  for (let at = 0; at < bytes.length; at += LINE_BYTES) {
    output.ascii(bytes.toString('base64', at, Math.min(at + LINE_BYTES, bytes.length)));
    output.byte(0x0a);
  }
}

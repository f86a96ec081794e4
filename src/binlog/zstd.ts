import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { ZSTDDecoder } from 'zstddec';
import { malformed } from '../core/errors.js';
import type { TransactionPayload } from './transaction-payload.js';

/** Up to here a payload is decompressed in one piece; above, in pieces, four times slower and in bounded memory. */
const WHOLE_BYTES_MAX = 16 * 1024 * 1024;
const INPUT_BYTES_MAX = 64 * 1024;
const INPUT_BYTES_MIN = 64;
/** About as much comes out for each input: all that one input holds comes at once, and rows of zeros are a thousandfold. */
const PIECE_BYTES = 1024 * 1024;

type DecompressWhole = (payload: Buffer, uncompressedBytes: number) => Buffer;
let decompressWhole: Promise<DecompressWhole> | undefined;

/** What the payload holds, in pieces that end anywhere. Throws EVENT_MALFORMED unless it is as long as it says. */
export async function* inflate(payload: TransactionPayload): AsyncGenerator<Buffer> {
  const { uncompressedBytes } = payload;
  if (payload.compression === 'none') {
    yield payload.payload;
    return;
  }
  if (uncompressedBytes <= WHOLE_BYTES_MAX) {
    decompressWhole ??= makeDecompressWhole();
    const whole = (await decompressWhole)(payload.payload, uncompressedBytes);
    if (whole.length !== uncompressedBytes) throw wrongSize(uncompressedBytes, whole.length);
    yield whole;
    return;
  }
  yield* inflateInPieces(payload.payload, uncompressedBytes);
}

function* inflateInPieces(payload: Buffer, uncompressedBytes: number): Generator<Buffer> {
  let pieces: Buffer[] = [];
  let bytes = 0;
  const stream = new Decompress((piece) => {
    bytes += piece.length;
    if (bytes > uncompressedBytes) throw wrongSize(uncompressedBytes, bytes);
    pieces.push(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
  });
  const inputBytes = Math.ceil((payload.length / uncompressedBytes) * PIECE_BYTES);
  const step = Math.min(Math.max(inputBytes, INPUT_BYTES_MIN), INPUT_BYTES_MAX);
  for (let at = 0; at < payload.length; at += step) {
    const end = Math.min(at + step, payload.length);
    stream.push(payload.subarray(at, end), end === payload.length);
    const ready = pieces;
    pieces = [];
    yield* ready;
  }
  if (bytes !== uncompressedBytes) throw wrongSize(uncompressedBytes, bytes);
}

async function makeDecompressWhole(): Promise<DecompressWhole> {
  // Since Node 22.15.
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Buffer, options: object) => Buffer };
  if (zstdDecompressSync !== undefined) {
    return (payload, maxOutputLength) => zstdDecompressSync(payload, { maxOutputLength });
  }
  const decoder = new ZSTDDecoder();
  await decoder.init();
  return (payload, uncompressedBytes) => {
    const whole = decoder.decode(payload, uncompressedBytes);
    return Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength);
  };
}

function wrongSize(said: number, found: number): Error {
  return malformed(`TRANSACTION_PAYLOAD says it holds ${said} bytes, and holds ${found}`);
}

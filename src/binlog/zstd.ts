import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { ZSTDDecoder } from 'zstddec';
import { malformed, RowtideError } from '../core/errors.js';
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
  // The libraries take 0 for an unknown length, which the bytes themselves may say.
  if (uncompressedBytes === 0) throw malformed('TRANSACTION_PAYLOAD says that it holds nothing');
  try {
    if (uncompressedBytes <= WHOLE_BYTES_MAX) {
      decompressWhole ??= makeDecompressWhole();
      const whole = (await decompressWhole)(payload.payload, uncompressedBytes);
      if (whole.length !== uncompressedBytes) throw wrongSize(uncompressedBytes, whole.length);
      yield whole;
    } else {
      checkWindow(payload.payload);
      yield* inflateInPieces(payload.payload, uncompressedBytes);
    }
  } catch (error) {
    if (error instanceof RowtideError) throw error;
    throw malformed(`TRANSACTION_PAYLOAD cannot be decompressed: ${(error as Error).message}`);
  }
}

/**
 * The memory that a decompressor takes before it has seen anything is up to the frame's header: 1 GiB of it is one byte.
 *
 *   magic u32, flags u8 (bit 5: one segment, and no window), window u8: exponent less 10 in 5 bits, eighths of it in 3
 */
function checkWindow(frame: Buffer): void {
  const isOneSegment = ((frame[4] ?? 0) & 0x20) !== 0;
  const exponent = ((frame[5] ?? 0) >> 3) + 10;
  if (!isOneSegment && exponent > WINDOW_EXPONENT_MAX) {
    throw malformed(`TRANSACTION_PAYLOAD needs 2^${exponent} bytes to be decompressed, more than any server writes`);
  }
}

/** What the highest level of compression needs, which a server may be set to. */
const WINDOW_EXPONENT_MAX = 27;

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

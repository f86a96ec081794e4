import * as zlib from 'node:zlib';
import { unreachable } from 'rowtide';
import { lz4Frame } from './lz4.js';
import { snappyStream } from './snappy.js';

/** Compresses the records of a batch. */
export interface Codec {
  /** What a batch's attributes say of it. */
  readonly attribute: number;
  compress(records: Buffer): Buffer;
}

export const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

/** Of gzip and zstd: the quickest one. Rows as JSON become a quarter of their size; higher levels cost more than they save. */
const LEVEL = 1;

/** Null: batches stay as they are. */
export async function codecOf(compression: Compression): Promise<Codec | null> {
  switch (compression) {
    case 'none':
      return null;
    case 'gzip':
      return { attribute: 1, compress: (records) => zlib.gzipSync(records, { level: LEVEL }) };
    case 'snappy':
      return { attribute: 2, compress: snappyStream };
    case 'lz4':
      return { attribute: 3, compress: lz4Frame };
    case 'zstd':
      return { attribute: 4, compress: await zstd() };
    default:
      return unreachable(compression);
  }
}

/** Since Node 22.15. */
interface ZstdOfNode {
  readonly zstdCompressSync?: (bytes: Buffer, options: { params: Record<number, number> }) => Buffer;
  readonly constants: { readonly ZSTD_c_compressionLevel: number };
}

async function zstd(): Promise<Codec['compress']> {
  const { zstdCompressSync, constants } = zlib as unknown as ZstdOfNode;
  if (zstdCompressSync !== undefined) {
    const params = { [constants.ZSTD_c_compressionLevel]: LEVEL };
    return (records) => zstdCompressSync(records, { params });
  }
  wasm ??= loadWasm();
  return wasm;
}

/** Once for the process: made ready a second time, it writes garbage. */
let wasm: Promise<Codec['compress']> | undefined;

async function loadWasm(): Promise<Codec['compress']> {
  const { compress, init } = await import('@bokuweb/zstd-wasm');
  await init();
  return (records) => {
    const { buffer, byteOffset, byteLength } = compress(records, LEVEL);
    return Buffer.from(buffer, byteOffset, byteLength);
  };
}

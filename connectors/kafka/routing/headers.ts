import { formatGtid, type Rows, type Transaction } from 'rowtide';
import { putVarint, varintBytes } from '../varint.js';

/** What a header may tell of a record. Empty where the source has none, as without GTIDs. */
const FACTS: Readonly<Record<string, (transaction: Transaction, rows: Rows) => string>> = {
  schema: (_, { table }) => table.schema,
  table: (_, { table }) => table.name,
  op: (_, { op }) => op,
  gtid: ({ gtid }) => (gtid === null ? '' : formatGtid(gtid)),
  file: ({ span }) => span.file,
  position: ({ span }) => String(span.start),
  ts: ({ committedAtUs }) => String(committedAtUs),
  serverId: ({ serverId }) => String(serverId),
};

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** What is wrong with the text of a header, or null. */
export function headerProblem(text: string): string | null {
  for (const [whole, name = ''] of text.matchAll(PLACEHOLDER)) {
    if (Object.hasOwn(FACTS, name)) continue;
    const known = Object.keys(FACTS).map((fact) => `{${fact}}`);
    return `${whole} is not known; there are ${known.join(', ')}`;
  }
  return null;
}

/** Headers of a record as it holds them, without their number: header => key_length:VARINT key value_length:VARINT value */
export interface Headers {
  readonly count: number;
  readonly bytes: Buffer;
}

export const NO_HEADERS: Headers = { count: 0, bytes: Buffer.alloc(0) };

export type HeadersOf = (transaction: Transaction, rows: Rows) => Headers;

/** The headers of the rows of one event: none of them differs from row to row. */
export function headersOf(texts: Readonly<Record<string, string>>): HeadersOf {
  const entries = Object.entries(texts);
  return (transaction, rows) =>
    entries.reduce((headers, [name, text]) => {
      const value = text.replaceAll(PLACEHOLDER, (_, fact: string) => FACTS[fact]?.(transaction, rows) ?? '');
      return withHeader(headers, name, Buffer.from(value));
    }, NO_HEADERS);
}

export function withHeader({ count, bytes }: Headers, name: string, value: Buffer): Headers {
  return { count: count + 1, bytes: Buffer.concat([bytes, lengthPrefixed(Buffer.from(name)), lengthPrefixed(value)]) };
}

/** What ends a record: headers_count:VARINT headers; null for none. */
export function encodedHeaders({ count, bytes }: Headers): Buffer | null {
  return count === 0 ? null : Buffer.concat([varint(count), bytes]);
}

function lengthPrefixed(bytes: Buffer): Buffer {
  return Buffer.concat([varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes = Buffer.alloc(varintBytes(value));
  putVarint(bytes, 0, value);
  return bytes;
}

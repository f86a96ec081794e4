import { createHmac } from 'node:crypto';
import { codecFor } from '../../column/codec.js';
import { valueVisitor } from '../../column/value.js';
import type { Value } from '../../core/change.js';
import type { Image } from '../../core/image.js';
import { InvalidText } from '../../core/invalid-text.js';
import type { Column, Table } from '../../core/table.js';

/** Makes the new bytes of a cell that is neither NULL nor absent. */
export type Rewrite = (image: Image) => Buffer;

function valueReader(table: Table, column: Column): (image: Image) => Value {
  const codec = codecFor(column);
  const visitor = valueVisitor(table, column);
  const { ordinal } = column;
  return (image) => codec.read<Value>(image.bytes, image.at[ordinal]!, image.end[ordinal]!, visitor, null);
}

/** Of the value's text: a DECIMAL with its scale, a BIGINT with all digits, the bytes of a BLOB. */
export function hashed(table: Table, column: Column, key: string): Rewrite {
  const read = valueReader(table, column);
  return (image) => {
    const value = read(image);
    const hmac = createHmac('sha256', key);
    return Buffer.from(hmac.update(hashable(value)).digest('hex'));
  };
}

function hashable(value: Value): string | Uint8Array {
  if (value instanceof InvalidText) return value.bytes;
  return value instanceof Uint8Array ? value : String(value);
}

/** The first characters of a text, in UTF-8; of what is no text, the first bytes. */
export function cut(table: Table, column: Column, lengthMax: number): Rewrite {
  const read = valueReader(table, column);
  return (image) => {
    const value = read(image);
    if (value instanceof InvalidText) return Buffer.from(value.bytes.subarray(0, lengthMax));
    if (value instanceof Uint8Array) return Buffer.from(value.subarray(0, lengthMax));
    const text = String(value);
    if (text.length <= lengthMax) return Buffer.from(text);
    return Buffer.from(
      Array.from(text.slice(0, 2 * lengthMax))
        .slice(0, lengthMax)
        .join(''),
    );
  };
}

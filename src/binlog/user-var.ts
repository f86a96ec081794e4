import { decimalBytes, writeDecimal } from '../column/decimal.js';
import { malformed } from '../core/errors.js';
import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader, type Reader } from './bytes.js';

/** A user variable that the statement behind it reads. */
export interface UserVarEvent {
  readonly name: string;
  readonly value: UserVarValue;
}

export type UserVarValue =
  | null
  | ({ readonly kind: 'string'; readonly bytes: Buffer } & Collated)
  | ({ readonly kind: 'real'; readonly value: number } & Collated)
  | ({ readonly kind: 'int'; readonly value: bigint } & Collated)
  | ({ readonly kind: 'decimal'; readonly text: string } & Collated);

/** By id; numbers have one, too: that of their digits. */
interface Collated {
  readonly collation: number;
}

const TYPE = { string: 0, real: 1, int: 2, decimal: 4 } as const;
const FLAG_UNSIGNED = 1;

/**
 *   name length u32, name, is NULL u8 [, type u8, collation u32, length u32, value [, flags u8: 1 unsigned]]
 *   value: text; f64; i64; or precision u8, scale u8 and the digits as in a DECIMAL column
 */
export function decodeUserVar(event: RawEvent, format: FormatDescription, Names: Reader = ByteReader): UserVarEvent {
  const r = new Names(event.bytes, HEADER_BYTES + format.postHeaderBytes(event.type));
  const name = r.utf8(r.u32());
  return { name, value: r.u8() !== 0 ? null : readValue(r) };
}

function readValue(r: ByteReader): UserVarValue {
  const code = r.u8();
  const collation = r.u32();
  const bytes = r.slice(r.u32());
  const isUnsigned = r.left > 0 && (r.u8() & FLAG_UNSIGNED) !== 0;
  const value = new ByteReader(bytes);
  switch (code) {
    case TYPE.string:
      return { kind: 'string', bytes, collation };
    case TYPE.real:
      return { kind: 'real', value: bytes.readDoubleLE(value.skip(8)), collation };
    case TYPE.int:
      return { kind: 'int', value: isUnsigned ? value.u64() : value.i64(), collation };
    case TYPE.decimal:
      return { kind: 'decimal', text: decimalText(value), collation };
    default:
      throw malformed(`a user variable of the type ${code}, which is not known`);
  }
}

function decimalText(r: ByteReader): string {
  const [precision, scale] = [r.u8(), r.u8()];
  if (precision < 1 || precision > 81 || scale > precision)
    throw malformed(`a user variable of the type DECIMAL(${precision},${scale})`);
  const at = r.skip(decimalBytes(precision, scale));
  const out = Buffer.alloc(precision + 4);
  return out.latin1Slice(0, writeDecimal(out, 0, r.bytes, at, { integer: precision - scale, scale }));
}

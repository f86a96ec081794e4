import { isCharacter, isLabelled } from '../../column/types.js';
import type { Value } from '../../core/change.js';
import { InvalidText } from '../../core/invalid-text.js';
import type { Column, Table } from '../../core/table.js';
import { visible } from '../../format/visible.js';

/** A value for people: text in quotes, so that 'NULL' differs from NULL; bytes as hex; long ones cut, with their length. */
export function valueText(value: Value, column: Column, charactersMax: number): string {
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return bytesText(value, charactersMax);
  if (value instanceof InvalidText) return `invalid ${value.charset} ${bytesText(value.bytes, charactersMax)}`;
  if (typeof value !== 'string') return String(value);
  const isCut = value.length > charactersMax;
  const shown = visible(isCut ? headOf(value, charactersMax) : value);
  const quoted = isCharacter(column.type) || isLabelled(column.type) ? `'${shown.replaceAll("'", "''")}'` : shown;
  return isCut ? `${quoted}… (${value.length} characters)` : quoted;
}

/** Not half of a surrogate pair at its end. */
function headOf(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

function bytesText(bytes: Uint8Array, charactersMax: number): string {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shown = Math.floor(charactersMax / 2);
  if (view.length <= shown) return `0x${view.toString('hex')}`;
  return `0x${view.toString('hex', 0, shown)}… (${view.length} bytes)`;
}

export function tableName(table: Table): string {
  return visible(`${table.schema}.${table.name}`);
}

/** Bytes differ when their content does; everything else is a primitive. */
export function sameValue(left: Value | undefined, right: Value | undefined): boolean {
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right) === 0;
  if (left instanceof InvalidText && right instanceof InvalidText) return sameValue(left.bytes, right.bytes);
  return Object.is(left, right);
}

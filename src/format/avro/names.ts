import type { ConnectField, ConnectSchema } from '../debezium/connect-schema.js';

/** How what Avro does not allow in a name is replaced: by an underscore, or by `_u` and the code of the character. */
export type NameAdjustment = 'avro' | 'avro_unicode';

export interface NameAdjustments {
  readonly schemaNameAdjustmentMode: NameAdjustment;
  readonly fieldNameAdjustmentMode: NameAdjustment;
}

/** The schema with all names of schemas and fields as Debezium’s adjusters make them for Avro. */
export function adjusted<T extends ConnectSchema | ConnectField>(schema: T, modes: NameAdjustments): T {
  const { name, items, fields } = schema;
  const fieldName = (field: string): string => adjustedName(field, modes.fieldNameAdjustmentMode, false);
  return {
    ...schema,
    ...(name !== undefined && { name: adjustedName(name, modes.schemaNameAdjustmentMode, true) }),
    ...(items !== undefined && { items: adjusted(items, modes) }),
    ...(fields !== undefined && {
      fields: fields.map((each) => ({ ...adjusted(each, modes), field: fieldName(each.field) })),
    }),
  };
}

const FIRST = { avro: /[A-Za-z_]/, avro_unicode: /[A-Za-z]/ } as const;
const REST = { avro: /[A-Za-z0-9_]/, avro_unicode: /[A-Za-z0-9]/ } as const;

/** Unit by unit as Java counts characters; what is the escape itself is escaped. `isFull`: points part the name. */
function adjustedName(name: string, mode: NameAdjustment, isFull: boolean): string {
  return Array.from({ length: name.length }, (_, i) => {
    const unit = name.charAt(i);
    if ((i === 0 ? FIRST : REST)[mode].test(unit) || (isFull && i > 0 && unit === '.')) return unit;
    if (mode === 'avro_unicode') return `_u${hexOf(unit)}`;
    return /\d/.test(unit) ? `_${unit}` : '_';
  }).join('');
}

function hexOf(unit: string): string {
  const hex = unit.charCodeAt(0).toString(16);
  return hex.length <= 2 ? `00${hex}` : hex;
}

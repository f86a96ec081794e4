/** What a statement, or INFORMATION_SCHEMA, says about a table: all that its rows and later statements depend on. */
export interface TableDefinition {
  readonly columns: readonly ColumnDefinition[];
  readonly keys: readonly KeyDefinition[];
  /** Of columns that are added without one; empty: not known. */
  readonly collation: string;
  /** MariaDB's WITH SYSTEM VERSIONING, without columns for it that the table names itself. */
  readonly hasHiddenPeriod: boolean;
}

export interface ColumnDefinition {
  readonly name: string;
  /** As INFORMATION_SCHEMA's DATA_TYPE: `int`, `varchar`, `geometrycollection`. */
  readonly type: string;
  /** Characters of text, bytes of BINARY, bits, digits of DECIMAL, dimensions of VECTOR; null for other types. */
  readonly length: number | null;
  /** Digits of DECIMAL behind its point; null for other types. */
  readonly scale: number | null;
  /** Of TIME, DATETIME and TIMESTAMP; else 0. */
  readonly fractionDigits: number;
  readonly unsigned: boolean;
  readonly labels: readonly string[] | null;
  /** Null where there is none, as of numbers; empty: text whose collation is not known. */
  readonly collation: string | null;
  readonly nullable: boolean;
  readonly generated: 'virtual' | 'stored' | null;
  readonly visible: boolean;
}

/** What a column is that needs no more than a name and a type to be told. */
export const PLAIN_COLUMN: Omit<ColumnDefinition, 'name' | 'type'> = {
  length: null,
  scale: null,
  fractionDigits: 0,
  unsigned: false,
  labels: null,
  collation: null,
  nullable: false,
  generated: null,
  visible: true,
};

export interface KeyDefinition {
  readonly name: string;
  readonly unique: boolean;
  readonly parts: readonly KeyPartDefinition[];
}

/** Column null: an expression. */
export interface KeyPartDefinition {
  readonly column: string | null;
  /** In characters; null for the whole column. */
  readonly prefix: number | null;
}

export const PRIMARY = 'PRIMARY';

/** Names of columns and keys differ by more than case. */
export function sameName(left: string, right: string): boolean {
  return left === right || left.toLowerCase() === right.toLowerCase();
}

/** Keys never hold all of these. */
const PARTLY_INDEXED = /(text|blob|geometry|point|string|polygon|collection)$/;

/**
 * Ordinals of the columns that tell the rows apart, in key order: the primary key or, as the server itself takes it in
 * its place, the first unique key over whole columns that are never NULL.
 */
export function primaryKeyOf({ columns, keys }: TableDefinition): number[] {
  const ordinals = (key: KeyDefinition): number[] =>
    key.parts.map(({ column }) => columns.findIndex(({ name }) => column !== null && sameName(name, column)));
  const primary = keys.find(({ name }) => name === PRIMARY);
  if (primary !== undefined) return ordinals(primary);
  const isWhole = (key: KeyDefinition): boolean =>
    key.unique &&
    ordinals(key).every((ordinal, i) => {
      const column = columns[ordinal];
      const prefix = key.parts[i]?.prefix ?? null;
      if (column === undefined || column.nullable || PARTLY_INDEXED.test(column.type)) return false;
      return prefix === null || prefix === column.length;
    });
  const promoted = keys.find(isWhole);
  return promoted === undefined ? [] : ordinals(promoted);
}

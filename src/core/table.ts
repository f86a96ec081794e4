/** One column of one version of a table, as the binlog stores it. */
export interface Column {
  readonly name: string;
  /** Position in the table, from 0; also the index in every row image. */
  readonly ordinal: number;
  /** Binlog type code with STRING resolved: 247 is ENUM, 248 SET, 254 CHAR or BINARY. See src/column/types.ts. */
  readonly type: number;
  /** TABLE_MAP metadata of the column: length, fraction digits, precision, … as its type defines. */
  readonly meta: number;
  readonly unsigned: boolean;
  readonly nullable: boolean;
  /** Collation id of text, ENUM and SET; 63 (binary) for everything else. */
  readonly collation: number;
  /** Labels of ENUM and SET in order. */
  readonly labels: readonly string[] | null;
  /** False for MySQL's INVISIBLE columns. */
  readonly visible: boolean;
  /** There where the column is known to be computed: MariaDB leaves such columns out of whole row images, too. */
  readonly generated?: true;
  /** Of a VECTOR, where the log says it: how many numbers it holds at the most. */
  readonly dimensions?: number;
  /** Of a GEOMETRY, where it is known: the kind that it may hold, as WKB numbers them; 0 for any. */
  readonly geometry?: number;
}

/** One immutable version of a table's columns. Two versions are two objects; compiled readers hang on the object. */
export interface Table {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly Column[];
  /** Ordinals of the primary key's columns, in key order; empty without one. */
  readonly primaryKey: readonly number[];
  /** Where the column names come from; `ordinal` means they are @1, @2, … because nobody knows them. */
  readonly names: 'table-map' | 'information-schema' | 'assumed' | 'ordinal';
}

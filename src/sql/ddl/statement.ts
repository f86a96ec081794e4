/** What a statement of the log does to the columns of tables. Names are as they were written. */
export type Ddl =
  | CreateTable
  | CreateLike
  | AlterTable
  | { readonly kind: 'create-sequence'; readonly table: TableName; readonly creation: Creation }
  | { readonly kind: 'rename-tables'; readonly renames: readonly { from: TableName; to: TableName }[] }
  | { readonly kind: 'drop-tables'; readonly tables: readonly TableName[] }
  | {
      readonly kind: 'create-schema';
      readonly name: string;
      readonly creation: Creation;
      readonly charset: readonly CharsetOption[];
    }
  /** Without a name it is the default schema. */
  | { readonly kind: 'alter-schema'; readonly name: string | null; readonly charset: readonly CharsetOption[] }
  | { readonly kind: 'drop-schema'; readonly name: string }
  /** Users, views, routines, temporary tables, maintenance: no column of a logged table is touched. */
  | { readonly kind: 'unconcerned' };

/** Schema null: the default schema of the session. */
export interface TableName {
  readonly schema: string | null;
  readonly name: string;
}

/** Where the text of a statement names a table: up to what follows its name, blanks and comments between included. */
export interface NamedTable {
  readonly table: TableName;
  readonly from: number;
  readonly to: number;
}

/** What happens when there is one of that name already; without a word for it, the statement would have failed. */
export type Creation = 'new' | 'if-not-exists' | 'or-replace';

/** CHARACTER SET or COLLATE of a table or schema; DEFAULT is a name as well. They are kept in their order. */
export interface CharsetOption {
  readonly what: 'charset' | 'collation';
  readonly name: string;
}

export interface CreateTable {
  readonly kind: 'create-table';
  readonly table: TableName;
  readonly creation: Creation;
  readonly columns: readonly ColumnClause[];
  readonly keys: readonly KeyClause[];
  readonly charset: readonly CharsetOption[];
  readonly systemVersioning: boolean;
}

export interface CreateLike {
  readonly kind: 'create-like';
  readonly table: TableName;
  readonly creation: Creation;
  readonly like: TableName;
}

export interface AlterTable {
  readonly kind: 'alter-table';
  readonly table: TableName;
  readonly ifExists: boolean;
  readonly actions: readonly AlterAction[];
}

/** Where an added or changed column goes: the end, or where it was. */
export type Place = { readonly after: string } | 'first' | null;

export type AlterAction =
  | { readonly do: 'add-column'; readonly column: ColumnClause; readonly place: Place; readonly ifNotExists: boolean }
  | {
      readonly do: 'change-column';
      readonly name: string;
      readonly column: ColumnClause;
      readonly place: Place;
      readonly ifExists: boolean;
    }
  | { readonly do: 'drop-column'; readonly name: string; readonly ifExists: boolean }
  | { readonly do: 'rename-column'; readonly name: string; readonly to: string; readonly ifExists: boolean }
  | { readonly do: 'show-column'; readonly name: string; readonly visible: boolean }
  | { readonly do: 'add-key'; readonly key: KeyClause; readonly ifNotExists: boolean }
  /** PRIMARY is the name of the primary key. A constraint of that name may be no key. */
  | { readonly do: 'drop-key'; readonly name: string }
  | { readonly do: 'rename-key'; readonly name: string; readonly to: string }
  | { readonly do: 'default-charset'; readonly options: readonly CharsetOption[] }
  | { readonly do: 'convert-charset'; readonly options: readonly CharsetOption[] }
  | { readonly do: 'rename-table'; readonly to: TableName }
  | { readonly do: 'system-versioning'; readonly on: boolean }
  /** MariaDB: a partition becomes a table of its own, or the other way around. */
  | { readonly do: 'partition-to-table'; readonly table: TableName }
  | { readonly do: 'table-to-partition'; readonly table: TableName };

export interface KeyClause {
  /** Null: the server makes one up. */
  readonly name: string | null;
  readonly kind: 'primary' | 'unique' | 'other';
  readonly parts: readonly KeyPart[];
}

/** Column null: an expression. */
export interface KeyPart {
  readonly column: string | null;
  /** In characters; null for all of the column. */
  readonly prefix: number | null;
}

export interface ColumnClause {
  readonly name: string;
  readonly type: TypeClause;
  /** Null: not said. */
  readonly nullable: boolean | null;
  readonly collation: string | null;
  readonly generated: 'virtual' | 'stored' | null;
  /** MariaDB's row_start and row_end. */
  readonly systemTime: boolean;
  readonly visible: boolean;
  /** Keys that the column declares for itself. */
  readonly primary: boolean;
  readonly unique: boolean;
}

/** A type by the name that INFORMATION_SCHEMA has for it, synonyms resolved. */
export interface TypeClause {
  readonly name: string;
  /** Characters, bytes, bits, digits or dimensions, as the type means it; null: not said. */
  readonly length: number | null;
  /** Digits behind the point. */
  readonly scale: number | null;
  readonly fractionDigits: number;
  readonly unsigned: boolean;
  readonly labels: readonly (string | Buffer)[] | null;
  readonly charset: string | null;
  /** CHAR(5) BINARY: the binary collation of its character set. */
  readonly binary: boolean;
}

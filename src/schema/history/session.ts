import type { Collations } from '../collations.js';

/** What a server decides for all of its statements. */
export interface ServerDefaults {
  readonly flavour: 'mysql' | 'mariadb';
  /** Names of schemas and tables differ by more than case: lower_case_table_names=0. */
  readonly caseSensitive: boolean;
  /** Of sessions whose statements do not say it. */
  readonly explicitDefaultsForTimestamp: boolean;
  readonly collations: Collations;
}

/** What a session decides for its statements. */
export interface DdlSession {
  readonly flavour: 'mysql' | 'mariadb';
  /** As executable comments write it: 80402, 110802. */
  readonly version: number;
  /** Default schema; may be empty. */
  readonly schema: string;
  /** Collation id of new schemas; null: not said. */
  readonly serverCollation: number | null;
  /** Collations in the place of a character set's default, by the ids of both. */
  readonly defaultCollations: ReadonlyMap<number, number>;
  /** A backslash in a label may be one or a half: who wrote the statement is not known. */
  readonly backslashesUntold: boolean;
  /** Null: not said, as the server has it. */
  readonly explicitDefaultsForTimestamp: boolean | null;
}

/** All that a column's definition depends on beside its own words. */
export interface Surroundings {
  readonly server: ServerDefaults;
  readonly session: DdlSession;
  /** The default collation of its table. */
  readonly collation: string;
}

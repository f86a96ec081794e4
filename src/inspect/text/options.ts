import type { Spool } from '../../binlog/spool.js';
import type { Output } from '../output.js';

/** How events are printed as text; what is printed at all is a selection's to say. */
export interface TextOptions {
  /** Whose output it is byte for byte: that of mysqlbinlog or of mariadb-binlog. */
  readonly style: 'mysql' | 'mariadb';
  /** 1: rows as pseudo-SQL; 2: also the types of their columns. */
  readonly verbose: number;
  readonly base64Output: 'auto' | 'never' | 'decode-rows';
  readonly hexdump: boolean;
  readonly shortForm: boolean;
  readonly tableMetadata: boolean;
  /** What the output sets first, and restores at its end. */
  readonly disableLogBin: boolean;
  readonly idempotent: boolean;
  readonly setCharset: string | null;
  readonly requireRowFormat: boolean;
  /** GTIDs are left out, and the output says so to the server that runs it. */
  readonly skipGtids: boolean;
  /** How many bits of an event's server id are the id. */
  readonly serverIdBits: number;
  /** Of mariadb-binlog: events of unknown types are shown as such. That of MySQL has the option and does nothing. */
  readonly forceRead: boolean;
  /** Files that were not closed are shown as well. */
  readonly forceIfOpen: boolean;
  /** MariaDB's: `# at`, and how many rows a statement changed; null: unless the form is short. */
  readonly positions: boolean | null;
  readonly rowCount: boolean | null;
  readonly skipAnnotations: boolean;
  /** Old name of a schema to its new one. */
  readonly rewriteDb: ReadonlyMap<string, string>;
}

/** What printing needs of the outside. */
export interface TextSurroundings {
  /** Abbreviation of the local time zone at a time, in seconds since the epoch, as `date +%Z` has it. */
  readonly zoneName: (seconds: number) => string;
  readonly loadFiles: LoadFiles;
  /** Where what is printed late waits. */
  readonly spool: Spool;
  /** Writes out what stands, where much is printed at once. */
  readonly drain: (output: Output) => Promise<void>;
  /** Says something beside the output. */
  readonly warn: (message: string) => void;
}

/** Where the files of logged LOAD DATA statements go. Errors are IO. */
export interface LoadFiles {
  /** Makes a file of this content, and returns its path. */
  create(fileId: number, block: Buffer): string;
  append(path: string, block: Buffer): void;
}

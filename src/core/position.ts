import type { GtidSet } from './gtid.js';
import type { MariaGtids } from './maria-gtid.js';

/** Who wrote the log: needed to believe a file and an offset, which mean nothing on another server. */
export interface SourceIdentity {
  readonly flavour: 'mysql' | 'mariadb';
  /** The server's uuid; `server-id:N` for bare files, and for MariaDB, which has no uuid. */
  readonly id: string;
}

/** Where to resume in the log. It exists only between transactions. */
export type LogPosition =
  | {
      readonly kind: 'gtid';
      readonly executed: GtidSet;
      /** The uuid of the server whose own set this is: what it wrote itself, or has from elsewhere, is in it, too. */
      readonly keptBy?: string;
    }
  | { readonly kind: 'mariadb-gtid'; readonly executed: MariaGtids }
  | { readonly kind: 'file'; readonly file: string; readonly offset: number };

/** A prepared XA transaction before the position that must be read again, because it is not finished. */
export interface HeldXa {
  readonly xid: string;
  readonly file: string;
  readonly start: number;
  readonly gtid: string | null;
  /** MariaDB's GTID position in front of it, to read from: such a position cannot leave out one transaction. */
  readonly previous?: string;
}

/** How far a recorded history of table columns reaches. */
export interface SchemaMark {
  /** Names the history. */
  readonly history: string;
  /** How many of its changes lie before the position. */
  readonly version: number;
}

export interface Position {
  readonly source: SourceIdentity;
  readonly log: LogPosition;
  readonly held: readonly HeldXa[];
  /** Absent where no history of columns is recorded. */
  readonly schemas?: SchemaMark | undefined;
}

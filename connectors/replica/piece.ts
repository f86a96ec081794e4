import type { Entry, RowtideError } from 'rowtide';

/** A statement for the target, and what of the transaction it is there for. */
export interface Piece {
  readonly sql: string | Buffer;
  /** Called when it was executed: the memory of `sql` is used again. */
  readonly release?: () => void;
  /** Ends a transaction: the answer must name its GTID, or else the server passed over all of it. */
  readonly commits?: true;
  /** A row of ours that the statement has to find: what it means where it does not. */
  readonly saves?: () => RowtideError;
  /** Empty for what only frames the transaction. */
  readonly entries?: readonly Entry[];
  /** A statement that failed with this number at the source, too, and was logged all the same. */
  readonly errorExpected?: number;
}

import type { Entry } from 'rowtide';

/** A statement for the target, and what of the transaction it is there for. */
export interface Piece {
  readonly sql: string | Buffer;
  /** BEGIN and the like: the answer must say that a transaction is open. */
  readonly opens?: true;
  /** Empty for what only frames the transaction. */
  readonly entries?: readonly Entry[];
  /** A statement that failed with this number at the source, too, and was logged all the same. */
  readonly errorExpected?: number;
}

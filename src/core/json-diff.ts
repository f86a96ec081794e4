/** One step of what an update did to a JSON document, as the server logged it. */
export interface JsonDiff {
  readonly op: 'replace' | 'insert' | 'remove';
  /** As MySQL writes paths: `$.a."b c"[3]`, `$[last]`. An insert shifts the elements of an array from there on. */
  readonly path: string;
  /** The new value as binary JSON; null for `remove`. */
  readonly value: Buffer | null;
}

/** By column ordinal; columns whose documents stayed as they were are not among them. */
export type RowDiffs = ReadonlyMap<number, readonly JsonDiff[]>;

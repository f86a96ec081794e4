/** How much of a log is kept; without any bound, all of it. */
export interface Retention {
  /** Since the last event of a file was written. */
  readonly timeMs?: number;
  readonly sizeBytes?: number;
}

export interface StoredFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

export interface Expiry {
  readonly retention: Retention;
  /** The oldest file that somebody still reads; null: not known, so that all are kept. */
  readonly needed: string | null;
  readonly nowMs: number;
}

/** The files that may go: the oldest ones, as far as they are too old or too much, and nobody needs them. */
export function expired(files: readonly StoredFile[], { retention, needed, nowMs }: Expiry): readonly string[] {
  const { timeMs = Number.POSITIVE_INFINITY, sizeBytes = Number.POSITIVE_INFINITY } = retention;
  let bytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const gone: string[] = [];
  for (const file of files) {
    const isTooMuch = nowMs - file.modifiedMs > timeMs || bytes > sizeBytes;
    if (!isTooMuch || needed === null || file.name === needed) break;
    gone.push(file.name);
    bytes -= file.sizeBytes;
  }
  return gone;
}

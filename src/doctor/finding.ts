import type { DoctorFacts } from '../mysql/doctor.js';

/** What one check found. */
export type Finding =
  | { readonly status: 'ok'; readonly message: string }
  | { readonly status: 'warning' | 'error'; readonly message: string; readonly fix: Fix };

/** How to make a finding ok. */
export interface Fix {
  /** Statements in the server's own syntax, in their order. */
  readonly sql: readonly string[];
  /** Lines of the [mysqld] section of its option file: what a restart needs to keep the statements, or to do their work. */
  readonly options: readonly string[];
  /** What else there is to know or to do. */
  readonly note: string | null;
}

/** The stream that is to be read. */
export interface Reader {
  /** Whether a table of that name is wanted. */
  wants(schema: string, table: string): boolean;
  /** Patterns of the tables wanted; none: all. */
  readonly include: readonly string[];
  /** What the reader will go by; null: it takes one at random. */
  readonly serverId: number | null;
  /** Where it goes on; null: it begins. */
  readonly checkpoint: CheckpointFacts | null;
}

export interface CheckpointFacts {
  readonly ageSeconds: number;
  /** Why a stream cannot go on from it; null: it can. */
  readonly refusal: { readonly message: string; readonly hint: string } | null;
}

export interface BacklogFacts {
  /** What was logged in a second; null: too little to go by. */
  readonly bytesPerSecond: number | null;
  readonly measuredSeconds: number;
  /** Of all files that are there. */
  readonly loggedBytes: number;
}

export interface Facts extends DoctorFacts {
  readonly reader: Reader;
  /** Absent where the user may not list the files of the log, or there is none. */
  readonly backlog?: BacklogFacts | null;
}

export interface Check {
  readonly name: string;
  /** Null where the server has no such thing. */
  check(facts: Facts): Finding | null;
}

export function ok(message: string): Finding {
  return { status: 'ok', message };
}

export function warning(message: string, fix: Partial<Fix>): Finding {
  return { status: 'warning', message, fix: { ...NOTHING, ...fix } };
}

export function error(message: string, fix: Partial<Fix>): Finding {
  return { status: 'error', message, fix: { ...NOTHING, ...fix } };
}

const NOTHING: Fix = { sql: [], options: [], note: null };

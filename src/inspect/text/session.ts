import type { QueryStatus } from '../../binlog/query-status.js';

/** What the statements printed so far have set, so that only changes are printed. */
export interface SessionState {
  schema: string;
  threadId: number | null;
  flags: number | null;
  sqlMode: bigint | null;
  increment: number;
  offset: number;
  charset: NonNullable<QueryStatus['charset']> | null;
  timeZone: Buffer;
  monthNames: number;
  databaseCollation: number;
  defaultUtf8mb4: number;
  enableCascadeTriggers: number;
}

const UNSET = -1;

export function firstSession(): SessionState {
  return {
    schema: '',
    threadId: null,
    flags: null,
    sqlMode: null,
    increment: 0,
    offset: 0,
    charset: null,
    timeZone: Buffer.alloc(0),
    monthNames: UNSET,
    databaseCollation: UNSET,
    defaultUtf8mb4: 0,
    enableCascadeTriggers: 0,
  };
}

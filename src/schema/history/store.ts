import type { LogPoint } from '../../core/event.js';
import type { SourceIdentity } from '../../core/position.js';
import type { SchemaChanges, SchemaState } from './state.js';

/** What was known when a history began, and what every statement since then changed. */
export interface StoredHistory {
  readonly id: string;
  /** Whose tables these are. */
  readonly source: SourceIdentity;
  /** Changes that are part of `state` already. */
  readonly version: number;
  readonly state: SchemaState;
  /** INFORMATION_SCHEMA was read further on in the log: before the change that brings it, the history is of no use later. */
  readonly pending: boolean;
  readonly changes: readonly RecordedChange[];
}

/** The n-th change, which takes the place of an earlier n-th one and of all behind that. */
export interface RecordedChange {
  readonly version: number;
  /** Where its statement stands. */
  readonly at: LogPoint;
  readonly changes: SchemaChanges;
  /** It brings what INFORMATION_SCHEMA said. */
  readonly attaches: boolean;
}

/**
 * Where a history is kept, by the owner of the checkpoint that it belongs to. `begin` puts a new one in the place of
 * whatever is there; `append` adds to the one that was loaded or begun. Both resolve when it is durable.
 */
export interface HistoryStore {
  load(): Promise<StoredHistory | undefined>;
  begin(history: StoredHistory): Promise<void>;
  append(change: RecordedChange): Promise<void>;
}

/** For as long as the process lives. */
export function memoryHistoryStore(): HistoryStore {
  let stored: StoredHistory | undefined;
  return {
    load: async () => stored,
    async begin(history) {
      stored = history;
    },
    async append(change) {
      if (stored !== undefined) stored = { ...stored, changes: withChange(stored.changes, change) };
    },
  };
}

/** Versions are counted from the first change on, without a gap. */
export function withChange(changes: readonly RecordedChange[], change: RecordedChange): RecordedChange[] {
  return [...changes.filter(({ version }) => version < change.version), change];
}

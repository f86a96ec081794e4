import type { Log } from '../core/log.js';
import type { Position } from '../core/position.js';
import type { Source } from '../core/source.js';
import { type Attachment, SchemaHistory, withKnown } from './history/history.js';
import type { SchemaState } from './history/state.js';
import type { HistoryStore } from './history/store.js';
import type { SchemaMode } from './schemas.js';

export interface HistorySourceOptions {
  /** The transactions of the log, with tables as a mode has them. */
  readonly make: (mode: SchemaMode) => Source;
  readonly store: HistoryStore;
  /** What is known of tables at a position; null: the log describes them itself, and needs no history. */
  readonly attach: (from: Position, signal: AbortSignal) => Promise<Attachment | null>;
  readonly log: Log;
}

/**
 * A source whose tables come from a history of their columns. It begins where the stream first begins, and its positions
 * say how far it reaches, so that every later stream finds the tables as they were at its position.
 */
export function withHistory({ make, store, attach, log }: HistorySourceOptions): Source {
  const begun = async (from: Position, signal: AbortSignal, known?: SchemaState): Promise<SchemaHistory | null> => {
    const attachment = await attach(from, signal);
    if (attachment === null) return null;
    return SchemaHistory.begin(known === undefined ? attachment : withKnown(attachment, known), from, store);
  };
  const resumed = async (from: Position): Promise<SchemaHistory | SchemaState | undefined> => {
    if (from.schemas === undefined) return undefined;
    const stored = await store.load();
    if (stored !== undefined) return SchemaHistory.resume(stored, from, store);
    log.warn(from.schemas, 'the schema history is gone: a new one is begun, without tables altered since the position');
    return undefined;
  };
  return {
    async start(signal) {
      const position = await make({ kind: 'auto', history: null }).start(signal);
      const history = await begun(position, signal);
      return history === null ? position : { ...position, schemas: history.mark };
    },
    async *read(from, signal) {
      const before = await resumed(from);
      const history = before instanceof SchemaHistory ? before : await begun(from, signal, before);
      yield* make({ kind: 'auto', history }).read(from, signal);
    },
  };
}

import type { RawEvent } from '../../core/event.js';
import type { Rows, Transaction } from '../../core/transaction.js';
import type { ConnectField, ConnectSchema } from '../debezium/connect-schema.js';
import type { DebeziumOptions } from '../debezium/options.js';
import { rowsSource, sourceField } from '../debezium/source.js';
import { connectBytes } from './connect-value.js';

/** The source block of an event around the number of the row, all that is not the same for its rows. */
export interface EventSource {
  readonly upToRow: Buffer;
  readonly behindRow: Buffer;
}

const FIELDS = sourceField('').fields ?? [];
const ROW = FIELDS.findIndex(({ field }) => field === 'row');
const UP_TO_ROW = structOf(FIELDS.slice(0, ROW));
const BEHIND_ROW = structOf(FIELDS.slice(ROW + 1));

function structOf(fields: readonly ConnectField[]): ConnectSchema {
  return { type: 'struct', fields, optional: false };
}

/** Made once for an event, which has up to three writers where keys may change. */
export class EventSources {
  readonly #options: Pick<DebeziumOptions, 'topicPrefix' | 'includeQuery'>;
  #rows: RawEvent | null = null;
  #made: EventSource | null = null;

  constructor(options: Pick<DebeziumOptions, 'topicPrefix' | 'includeQuery'>) {
    this.#options = options;
  }

  of(transaction: Transaction, rows: Rows): EventSource {
    if (this.#made === null || this.#rows !== rows.event) {
      this.#rows = rows.event;
      const source = { ...rowsSource(transaction, rows, this.#options) };
      this.#made = { upToRow: connectBytes(UP_TO_ROW, source), behindRow: connectBytes(BEHIND_ROW, source) };
    }
    return this.#made;
  }
}

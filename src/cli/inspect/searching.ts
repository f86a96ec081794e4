import { payloadEvents } from '../../binlog/payload-events.js';
import { decodeTransactionPayload } from '../../binlog/transaction-payload.js';
import { TRANSACTION_PAYLOAD_EVENT } from '../../binlog/types.js';
import type { LoggedEvent } from '../../inspect/logged-event.js';
import type { Search } from '../../inspect/search/search.js';
import { SearchFilter } from '../../inspect/search/search-filter.js';
import type { RowSearch } from '../../transform/row-search.js';
import type { InspectOptions } from './options.js';

/** What the options look for; null: nothing in particular, or what the text of that tool does itself. Throws USAGE. */
export async function searchOf(options: InspectOptions, style: 'mysql' | 'mariadb' | null): Promise<RowSearch | null> {
  const { table, where, changed, gtid, database } = options;
  if ([table, where, changed, gtid, database].every((each) => each === undefined)) return null;
  const { rowSearch } = await import('../../transform/row-search.js');
  // The text of both tools has ways of its own to leave out other schemas.
  const schema = style === null ? database : undefined;
  const tables = style === 'mariadb' && isTableOfTool(options) ? undefined : table?.map(patternOf);
  return rowSearch({
    ...(tables === undefined ? {} : { tables }),
    ...(schema === undefined ? {} : { schema }),
    ...(where === undefined ? {} : { where }),
    ...(changed === undefined ? {} : { changed }),
    ...(gtid === undefined ? {} : { gtids: gtid }),
  });
}

/** mariadb-binlog's --table is a name without a schema, and its text has a way of its own to leave out the others. */
export function isTableOfTool({ table }: InspectOptions): boolean {
  return table?.length === 1 && !/[./]/.test(table[0]!);
}

/** The name alone is that table in any schema. */
function patternOf(table: string): string {
  return /[./]/.test(table) ? table : `*.${table}`;
}

type Searched = LoggedEvent & { readonly inner?: true };

/** Finds events to be printed. A compressed transaction is printed whole if anything in it is found. */
export class TextSearch {
  readonly #filter: SearchFilter<Searched>;

  constructor(search: Search) {
    this.#filter = new SearchFilter(search);
  }

  get isDone(): boolean {
    return this.#filter.isDone;
  }

  /** Those of a block, and those of earlier ones that belong to them. */
  async among(events: readonly LoggedEvent[]): Promise<LoggedEvent[]> {
    const found: Searched[] = [];
    for (const logged of events) {
      if (this.isDone) break;
      found.push(...this.#filter.event(logged));
      if (logged.event.type !== TRANSACTION_PAYLOAD_EVENT) continue;
      for await (const event of payloadEvents(decodeTransactionPayload(logged.event), logged.event, logged.format)) {
        found.push(...this.#filter.event({ ...logged, event, raw: event.bytes, inner: true }));
      }
    }
    return found.filter(({ inner }) => inner !== true);
  }
}

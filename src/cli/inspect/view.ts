import { payloadEvents } from '../../binlog/payload-events.js';
import { decodeTransactionPayload } from '../../binlog/transaction-payload.js';
import { eventTypeName, FORMAT_DESCRIPTION_EVENT, TRANSACTION_PAYLOAD_EVENT } from '../../binlog/types.js';
import { locateError } from '../../core/errors.js';
import type { LoggedEvent } from '../../inspect/logged-event.js';
import { Output } from '../../inspect/output.js';
import { SearchFilter } from '../../inspect/search/search-filter.js';
import { Selection } from '../../inspect/select.js';
import { FactWriter } from '../../inspect/views/fact-writer.js';
import { countFoundRows } from '../../inspect/views/matching-rows.js';
import type { View, ViewedEvent } from '../../inspect/views/view.js';
import type { RowSearch } from '../../transform/row-search.js';
import { colorsFor } from '../options.js';
import type { InspectOptions } from './options.js';
import { type Progress, progressOf } from './progress.js';
import { searchOf } from './searching.js';
import { selectOptions } from './selecting.js';
import type { InspectedServer } from './server.js';
import { FIRST_OFFSET, readEvents, startOffset, stopOffset } from './sources.js';
import { openWriter, type Writer } from './writer.js';

interface Viewing {
  readonly options: InspectOptions;
  /** Whose log it is; null: sources are files. */
  readonly server: InspectedServer | null;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

const STATEMENT_ROWS_MIN = 10_000;

/** Shows a view of all sources. What an error leaves is shown up to there. */
export async function printView(sources: readonly string[], viewing: Viewing): Promise<void> {
  const { options } = viewing;
  const search = await searchOf(options, null);
  const output = new Output();
  const view = await createView(options, search, output);
  const writer = await openWriter(options.resultFile);
  const progress = await progressOf(sources, options);
  const viewer = new Viewer({
    view,
    selection: new Selection(selectOptions(options)),
    search,
    beginsLater: startOffset(options) > FIRST_OFFSET,
  });
  try {
    await walk(sources, viewing, { viewer, output, writer, progress });
    search?.check();
  } finally {
    progress?.end();
    view.end();
    await writer.write(output);
    await writer.close();
  }
}

interface Walk {
  readonly viewer: Viewer;
  readonly output: Output;
  readonly writer: Writer;
  readonly progress: Progress | null;
}

async function walk(sources: readonly string[], viewing: Viewing, walking: Walk): Promise<void> {
  const { viewer, output, writer, progress } = walking;
  for (const [i, { isLast, blocks }] of (await filesOf(sources, viewing)).entries()) {
    viewer.selection.stopOffset = isLast ? stopOffset(viewing.options) : Number.POSITIVE_INFINITY;
    for await (const events of blocks) {
      for (const logged of events) {
        const step = viewer.event(logged);
        // Only a promise is worth the turn that awaiting takes.
        if (step !== undefined) for await (const _ of step) if (writer.isDue(output)) await writer.write(output);
        if (viewer.isDone) return;
        if (writer.isDue(output)) await writer.write(output);
      }
      progress?.read(i, events.at(-1)?.event.end ?? 0);
      if (viewing.server?.stopNever) await writer.write(output);
    }
  }
}

interface File {
  readonly isLast: boolean;
  readonly blocks: AsyncGenerator<readonly LoggedEvent[]>;
}

/** Of a server one after the other, as it sends them. */
async function filesOf(sources: readonly string[], viewing: Viewing): Promise<readonly File[]> {
  const { server } = viewing;
  if (server !== null) {
    const { remoteEvents } = await import('./remote-events.js');
    return [{ isLast: true, blocks: remoteEvents(server, viewing) }];
  }
  return sources.map((source, i) => ({
    isLast: i === sources.length - 1,
    blocks: readEvents(source, { ...viewing, isFirst: i === 0, reusesMemory: true }),
  }));
}

/** Each view is loaded when it is asked for. */
async function createView(options: InspectOptions, search: RowSearch | null, output: Output): Promise<View> {
  const { format, view } = options;
  const writer = new FactWriter(format, output);
  const countRows = search === null ? {} : { countRows: countFoundRows(search) };
  switch (view) {
    case 'transactions': {
      const { TransactionsView } = await import('../../inspect/views/transactions.js');
      return new TransactionsView(writer, countRows);
    }
    case 'summary': {
      const { SummaryView } = await import('../../inspect/views/summary.js');
      const statementRowsMin = options.statementRowsMax ?? STATEMENT_ROWS_MIN;
      return new SummaryView(writer, { ...countRows, format, statementRowsMin });
    }
    case 'rows': {
      const { RowsView } = await import('./rows-view.js');
      return new RowsView({ format, output, search, colors: colorsFor(options, process.stdout) });
    }
    default: {
      const { EventsView } = await import('../../inspect/views/events.js');
      return new EventsView(writer);
    }
  }
}

interface ViewerOptions {
  readonly view: View;
  readonly selection: Selection;
  readonly search: RowSearch | null;
  readonly beginsLater: boolean;
}

/** Hands on to a view the events that are selected and found. */
class Viewer {
  readonly selection: Selection;
  readonly #view: View;
  readonly #filter: SearchFilter<ViewedEvent> | null;
  #isStopped = false;
  /** The format is read all the same where reading begins behind it; it is not there that it stands. */
  #leavesOutFormat: boolean;

  constructor({ view, selection, search, beginsLater }: ViewerOptions) {
    this.#view = view;
    this.#leavesOutFormat = beginsLater;
    this.selection = selection;
    this.#filter = search === null ? null : new SearchFilter(search, kept);
  }

  get isDone(): boolean {
    return this.#isStopped || this.#filter?.isDone === true;
  }

  /** Something to walk over where the event holds others, after each of which output may be taken away. */
  event(logged: LoggedEvent): AsyncGenerator<void> | undefined {
    const verdict = this.selection.judge(logged);
    if (verdict === 'stop') this.#isStopped = true;
    if (verdict !== 'show') return undefined;
    const { file, format, event } = logged;
    if (this.#leavesOutFormat && event.type === FORMAT_DESCRIPTION_EVENT) {
      this.#leavesOutFormat = false;
      return undefined;
    }
    this.#show({ file, format, event, inner: false });
    return event.type === TRANSACTION_PAYLOAD_EVENT ? this.#inner(logged) : undefined;
  }

  async *#inner({ file, format, event: payload }: LoggedEvent): AsyncGenerator<void> {
    try {
      for await (const event of payloadEvents(decodeTransactionPayload(payload), payload, format)) {
        this.#show({ file, format, event, inner: true });
        yield;
      }
    } catch (error) {
      throw locateError(error, placeOf({ file, event: payload }));
    }
  }

  #show(viewed: ViewedEvent): void {
    try {
      if (this.#filter === null) this.#view.event(viewed);
      else for (const found of this.#filter.event(viewed)) this.#view.event(found);
    } catch (error) {
      throw viewed.inner ? error : locateError(error, placeOf(viewed));
    }
  }
}

/** Its memory is used again for what follows. */
function kept(viewed: ViewedEvent): ViewedEvent {
  return { ...viewed, event: { ...viewed.event, bytes: Buffer.from(viewed.event.bytes) } };
}

function placeOf({ file, event }: Pick<ViewedEvent, 'file' | 'event'>): string {
  return `${file}:${event.start} (${eventTypeName(event.type)})`;
}

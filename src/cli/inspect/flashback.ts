import { transactions } from '../../binlog/transactions.js';
import { FORMAT_DESCRIPTION_EVENT, START_EVENT_V3 } from '../../binlog/types.js';
import { RowtideError } from '../../core/errors.js';
import type { Position } from '../../core/position.js';
import type { LogSource } from '../../core/source.js';
import type { Transaction } from '../../core/transaction.js';
import { NetChanges } from '../../inspect/flashback/net-changes.js';
import { Undo } from '../../inspect/flashback/undo.js';
import type { LoggedFormat } from '../../inspect/flashback/undo-events.js';
import { Output } from '../../inspect/output.js';
import type { ServerAddress } from '../../mysql/url.js';
import { placeOf } from '../../mysql/url.js';
import { serverCatalog } from '../../schema/catalog.js';
import { mayChangeTables, undoSchemas } from '../../schema/undo.js';
import { BackwardSpool } from '../../source/backward-spool.js';
import { diskSpool } from '../../source/spool.js';
import { rowFilter, type Where } from '../../transform/row-filter.js';
import { checkRows } from './check.js';
import { CheckReport } from './check-report.js';

export interface FlashbackOptions {
  readonly form: 'sql' | 'binlog';
  /** Only what is to be undone. */
  readonly log: LogSource;
  readonly from: Position;
  /** Chosen tables; null: all. */
  readonly wants: ((schema: string, table: string) => boolean) | null;
  readonly where: Where;
  /** Whose tables say what columns are; where the log is read from it, or with `check`. */
  readonly server: ServerAddress | null;
  /** Compare each row with its live table first. */
  readonly check: boolean;
  readonly spoolDir: string;
}

export interface FlashbackOutput {
  /** Takes what stands, and resolves when it may go on. */
  write(text: Output): Promise<void>;
  /** The findings of a check, for a person. */
  report(text: string): void;
}

/**
 * Writes what undoes the range, the newest first. Nothing is written before all of it is known to be undoable and, with
 * a check, to fit the tables as they are; otherwise it throws.
 */
export async function flashback(
  options: FlashbackOptions,
  output: FlashbackOutput,
  signal: AbortSignal,
): Promise<void> {
  const spool = new BackwardSpool(options.spoolDir);
  const conditions = new BackwardSpool(options.spoolDir);
  try {
    const undo = new Undo({
      form: options.form,
      append: (text) => spool.append(text),
      concerns: (statement, format) => mayChangeTables(statement, format, options.wants),
    });
    const net = options.check ? new NetChanges(conditions) : null;
    for await (const { transaction, format } of transactionsOf(options, signal)) {
      try {
        undo.add(transaction, format);
        if (net !== null) addNet(net, transaction);
      } finally {
        transaction.release();
      }
    }
    if (net !== null) await check(net, options.server!, { output, signal });
    await print(undo, spool, output);
  } finally {
    spool.close();
    conditions.close();
  }
}

function addNet(net: NetChanges, transaction: Transaction): void {
  for (const entry of transaction.entries)
    if (entry.kind === 'rows') net.add(entry, `${transaction.span.file}:${entry.event.start}`);
}

async function* transactionsOf(
  options: FlashbackOptions,
  signal: AbortSignal,
): AsyncGenerator<{ transaction: Transaction; format: LoggedFormat }> {
  const formats = new Map<string, LoggedFormat>();
  const source = transactions(withFormats(options.log, formats), {
    schemas: undoSchemas({
      catalog: options.server === null ? null : serverCatalog(options.server, signal),
      needsNames: options.form === 'sql' || options.check || Object.keys(options.where).length > 0,
    }),
    ...(options.wants === null ? {} : { wants: options.wants }),
    spool: diskSpool(options.spoolDir),
    start: async () => options.from.log,
  });
  const filtered = rowFilter(options.where);
  for await (const transaction of source.read(options.from, signal))
    yield { transaction: filtered(transaction), format: formats.get(transaction.span.file)! };
  signal.throwIfAborted();
}

/** Notes the format of each file on its way. */
function withFormats(log: LogSource, formats: Map<string, LoggedFormat>): LogSource {
  return {
    leavesOutExecuted: log.leavesOutExecuted,
    identity: (signal) => log.identity(signal),
    head: (signal) => log.head(signal),
    tail: (signal) => log.tail(signal),
    async *read(from, signal) {
      for await (const block of log.read(from, signal)) {
        const event = block.events.find(({ type }) => type === FORMAT_DESCRIPTION_EVENT || type === START_EVENT_V3);
        if (event !== undefined) formats.set(block.file, { event, format: block.format });
        yield block;
      }
    },
  };
}

async function check(
  net: NetChanges,
  address: ServerAddress,
  { output, signal }: { output: FlashbackOutput; signal: AbortSignal },
): Promise<void> {
  const report = new CheckReport();
  await checkRows(net.entries(), (finding) => report.add(finding), { address, signal });
  output.report(report.text());
  const { undone, changed } = report.counts;
  if (undone + changed === 0) return;
  throw new RowtideError(
    changed > 0 ? 'UNDO_CONFLICT' : 'UNDO_DONE',
    `${changed} rows were changed since, and ${undone} are undone already, at ${placeOf(address)}; nothing was printed`,
    { hint: 'Choose the other rows with --table and --where, or leave --check away to overwrite what came later.' },
  );
}

const CHUNK_BYTES = 64 * 1024;

async function print(undo: Undo, spool: BackwardSpool, output: FlashbackOutput): Promise<void> {
  const text = new Output();
  text.text(undo.head());
  for (const statement of spool.backwards()) {
    text.bytes(statement);
    if (text.length >= CHUNK_BYTES) await output.write(text);
  }
  text.text(undo.tail());
  await output.write(text);
}

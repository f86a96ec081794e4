import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transactions } from '../binlog/transactions.js';
import { memoryStore } from '../checkpoint/memory.js';
import { RowtideError } from '../core/errors.js';
import { formatGtid } from '../core/gtid.js';
import { MariaGtids } from '../core/maria-gtid.js';
import type { LogPosition, Position } from '../core/position.js';
import type { ResumableSink } from '../core/sink.js';
import type { Source } from '../core/source.js';
import type { Transaction } from '../core/transaction.js';
import { loadConnector } from '../daemon/connectors.js';
import { positionText } from '../daemon/status.js';
import { withConnection } from '../mysql/connect.js';
import { probe } from '../mysql/probe.js';
import { parseServerUrl, placeOf, type ServerAddress } from '../mysql/url.js';
import { resumable } from '../pipeline/checkpointed.js';
import { runPipeline } from '../pipeline/run.js';
import { relayLog } from '../relay/reader.js';
import { openStored } from '../relay/stored.js';
import { schemas } from '../schema/schemas.js';
import { diskSpool } from '../source/spool.js';
import { type CommonOptions, loggerFor } from './options.js';

export interface ReplayOptions extends CommonOptions {
  readonly to: string;
  readonly dryRun?: true;
}

/** Brings to a server what a relay has and it lacks, under the GTIDs that the lost source gave. */
export async function replay(folder: string, options: ReplayOptions, signal: AbortSignal): Promise<void> {
  const relay = await openStored(folder);
  const address = parseServerUrl(options.to);
  const executed = await executedBy(address, signal);
  const { id, flavour } = await relay.source(signal);
  const from: Position = { source: { flavour, id }, log: executed, held: [] };
  const spool = await mkdtemp(join(tmpdir(), 'rowtide-replay-'));
  try {
    const source = transactions(relayLog(relay, { stopAtEnd: true }), {
      schemas: schemas({ kind: 'none' }),
      spool: diskSpool(spool),
      xaSteps: true,
      start: async () => executed,
    });
    const place = placeOf(address);
    process.stdout.write(`${place} has ${positionText(from) || 'nothing'}\n`);
    const count = options.dryRun ? await list(source, from, signal) : await run(source, { from, options, signal });
    const verb = options.dryRun ? 'would be replayed' : 'replayed';
    process.stdout.write(`${count} transaction${count === 1 ? '' : 's'} of ${folder} ${verb} on ${place}\n`);
  } finally {
    await rm(spool, { recursive: true, force: true });
  }
}

/** A MariaDB that replicates logs what came to it, or remembers it only. */
async function executedBy(address: ServerAddress, signal: AbortSignal): Promise<LogPosition> {
  return withConnection(address, signal, async (connection) => {
    const { gtids, domains } = await probe(connection);
    if (gtids !== null) return { kind: 'gtid', executed: gtids.executed };
    if (domains === null) throw withoutGtids(placeOf(address));
    const [row] = await connection.query<[string]>('SELECT @@GLOBAL.gtid_slave_pos');
    return { kind: 'mariadb-gtid', executed: MariaGtids.parse(row?.[0] ?? '').union(domains.logged) };
  });
}

function withoutGtids(place: string): RowtideError {
  return new RowtideError('SINK_REFUSED', `${place}: GTIDs are off, so nobody can tell what it lacks`, {
    hint: 'Turn gtid_mode ON there, as it was on the lost source.',
  });
}

async function list(source: Source, from: Position, signal: AbortSignal): Promise<number> {
  let count = 0;
  for await (const transaction of source.read(from, signal)) {
    count++;
    process.stdout.write(`  ${lineOf(transaction)}\n`);
    transaction.release();
  }
  return count;
}

function lineOf({ gtid, span, committedAtUs, sizeBytes }: Transaction): string {
  const name = gtid === null ? `${span.file}:${span.start}` : formatGtid(gtid);
  return `${new Date(committedAtUs / 1000).toISOString()}  ${name}  ${sizeBytes} bytes`;
}

interface Replaying {
  readonly from: Position;
  readonly options: ReplayOptions;
  readonly signal: AbortSignal;
}

async function run(source: Source, { from, options, signal }: Replaying): Promise<number> {
  const log = await loggerFor(options, { level: 'warn', redact: (text) => text });
  const connector = await loadConnector('replica', process.cwd());
  const made = connector.create(connector.options.parse({ url: options.to, mode: 'binlog' }), {
    pipeline: PIPELINE,
    log,
  });
  const sink = resumable(made, memoryStore);
  let count = 0;
  const counting: ResumableSink = {
    // Not from where an earlier replay had come to: the server says what it has.
    open: async (opening) => {
      await sink.open(opening);
      return from;
    },
    async write(batch, writing) {
      await sink.write(batch, writing);
      count += batch.transactions.length;
    },
    close: () => sink.close(),
  };
  await runPipeline({ name: PIPELINE, source, sink: counting, signal, log });
  return count;
}

/** Names its fence on the target. */
const PIPELINE = 'relay-replay';

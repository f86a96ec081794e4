/**
 * The Kafka sink alone against kafkajs's own `send`: the same records, the same broker, in turns.
 *
 *   npm run bench -- kafka [broker,…]     without brokers it starts one
 */
import { pathToFileURL } from 'node:url';
import kafkajs from 'kafkajs';
import { type Batch, type Format, GtidSet, type RowCursor, type Table, type Transaction } from 'rowtide';
import { kafkaOptions } from '../connectors/kafka/options.js';
import { KafkaSink } from '../connectors/kafka/sink.js';
import { startKafka } from '../test/servers/kafka.js';

const ROWS = 200_000;
const ROUNDS = 5;
const PARTITIONS = 6;
const TRANSACTION_ROWS = 1_000;
/** How many messages kafkajs is given at once: the best of these in the warm-up. */
const SEND_SIZES = [1_000, 4_000, 10_000];

/** For both: with its default of 100 KiB a broker and a fast producer on one machine wait for each other by turns. */
const BROKER = { 'socket.receive.buffer.bytes': 4 * 1024 * 1024 };

interface Record {
  readonly key: Buffer;
  readonly value: Buffer;
}

interface Measured {
  readonly rows: number;
  readonly images: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly rssMiB: number;
  readonly cpuSecondsPerMillion: number;
}

/** Writes records that are ready, so that nothing but the sink is measured. */
const readyFormat: Format = {
  rows: () => ({
    bytesMax: (cursor) => recordAt(cursor).key.length + recordAt(cursor).value.length,
    key: (out, at, cursor) => at + recordAt(cursor).key.copy(out, at),
    value: (out, at, cursor) => at + recordAt(cursor).value.copy(out, at),
  }),
  statement: () => [],
};

class ReadyCursor implements RowCursor {
  readonly before = null;
  readonly after = null;
  readonly diffs = null;
  readonly records: readonly Record[];
  at = -1;

  constructor(records: readonly Record[]) {
    this.records = records;
  }

  next(): boolean {
    return ++this.at < this.records.length;
  }
}

function recordAt(cursor: RowCursor): Record {
  if (!(cursor instanceof ReadyCursor)) throw new Error('not a cursor of this benchmark');
  return cursor.records[cursor.at]!;
}

/** Prints a table and a last line of JSON; the ratio is of the medians. */
export async function benchKafka(brokers?: readonly string[]): Promise<void> {
  const kafka = brokers === undefined ? await startKafka({ properties: BROKER }) : null;
  try {
    await compare(brokers ?? kafka?.brokers ?? []);
  } finally {
    await kafka?.remove();
  }
}

async function compare(brokers: readonly string[]): Promise<void> {
  const records = Array.from({ length: ROWS }, (_, i) => recordOf(i));
  const ours = await openOurs(brokers, records);
  const theirs = await openTheirs(brokers, records);
  await ours.write();
  const sendSize = await theirs.bestSize();
  const results: { ours: Measured[]; theirs: Measured[] } = { ours: [], theirs: [] };
  for (let round = 0; round < ROUNDS; round++) {
    results.ours.push(await measure(records, () => ours.write()));
    results.theirs.push(await measure(records, () => theirs.write(sendSize)));
  }
  await ours.close();
  await theirs.close();
  report(median(results.ours), { ...median(results.theirs), sendSize });
}

async function openOurs(brokers: readonly string[], records: readonly Record[]) {
  const options = { brokers, topic: 'bench-rowtide', createTopics: { partitions: PARTITIONS } };
  const sink = new KafkaSink(kafkaOptions.parse(options), readyFormat);
  const { signal } = new AbortController();
  await sink.open(undefined, signal);
  const table: Table = { schema: 'bench', name: 'rows', columns: [], primaryKey: [0], names: 'ordinal' };
  const transactions = chunks(records, TRANSACTION_ROWS).map((chunk) => transactionOf(table, chunk));
  return {
    write: () => sink.write(batchOf(transactions), signal),
    close: () => sink.close(),
  };
}

async function openTheirs(brokers: readonly string[], records: readonly Record[]) {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const topic = 'bench-kafkajs';
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: true });
  await admin.disconnect();
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const write = async (size: number): Promise<void> => {
    for (const messages of chunks(records, size)) await producer.send({ topic, messages, acks: -1 });
  };
  return {
    write,
    close: () => producer.disconnect(),
    async bestSize(): Promise<number> {
      const tried: { size: number; seconds: number }[] = [];
      for (const size of SEND_SIZES) tried.push({ size, ...(await measure(records, () => write(size))) });
      return tried.reduce((best, each) => (each.seconds < best.seconds ? each : best)).size;
    },
  };
}

async function measure(records: readonly Record[], write: () => Promise<void>): Promise<Measured> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await write();
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    rows: records.length,
    images: records.length,
    bytes: records.reduce((sum, { key, value }) => sum + key.length + value.length, 0),
    seconds,
    rowsPerSecond: records.length / seconds,
    rssMiB: process.memoryUsage().rss / 2 ** 20,
    cpuSecondsPerMillion: (user + system) / records.length,
  };
}

function report(ours: Measured, theirs: Measured & { sendSize: number }): void {
  const row = (name: string, { rowsPerSecond, cpuSecondsPerMillion, bytes, seconds }: Measured) => ({
    producer: name,
    'rows/s': Math.round(rowsPerSecond),
    'MB/s': Math.round(bytes / seconds / 1e6),
    'CPU s per M rows': Number(cpuSecondsPerMillion.toFixed(2)),
  });
  console.table([row('rowtide kafka sink', ours), row(`kafkajs send(${theirs.sendSize})`, theirs)]);
  const ratio = ours.rowsPerSecond / theirs.rowsPerSecond;
  const cpuRatio = theirs.cpuSecondsPerMillion / ours.cpuSecondsPerMillion;
  console.log(JSON.stringify({ bench: 'kafka', ...ours, ratio, cpuRatio, kafkajs: theirs }));
}

function median(runs: readonly Measured[]): Measured {
  return [...runs].sort((a, b) => a.seconds - b.seconds)[Math.floor(runs.length / 2)]!;
}

/** 300 to 500 bytes, as a row change in our JSON is. */
function recordOf(id: number): Record {
  const note = 'lorem ipsum dolor sit amet consectetur '.repeat(8).slice(0, 150 + ((id * 37) % 180));
  const row = {
    id,
    qty: id % 97,
    sku: `sku-${id * 7919}`,
    note,
    price: '1234.50',
    at: '2026-11-21 04:05:06.789',
    ok: 1,
  };
  const value = {
    op: 'insert',
    schema: 'shop',
    table: 'orders',
    gtid: `3e11fa47-71ca-11e1-9e33-c80aa9429562:${id}`,
    row,
  };
  return { key: Buffer.from(`{"id":${id}}`), value: Buffer.from(JSON.stringify(value)) };
}

function transactionOf(table: Table, records: readonly Record[]): Transaction {
  const event = { type: 30, timestamp: 0, serverId: 1, flags: 0, bytes: Buffer.alloc(0), start: 0, end: 0 };
  return {
    gtid: null,
    span: { file: 'bench', start: 4, end: 4 },
    prepared: null,
    held: [],
    clock: null,
    committedAtUs: 0,
    serverId: 1,
    sizeBytes: 0,
    entries: [{ kind: 'rows', op: 'insert', table, event, cursor: () => new ReadyCursor(records) }],
    release() {},
  };
}

function batchOf(transactions: readonly Transaction[]): Batch {
  const source = { flavour: 'mysql', id: 'bench' } as const;
  return { transactions, position: { source, log: { kind: 'gtid', executed: GtidSet.empty }, held: [] } };
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await benchKafka(process.argv[2]?.split(','));

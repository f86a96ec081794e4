/**
 *   npm run bench -- decode [FILE]     row objects: ours, zongji (live), mysqlbinlog -vv (file); only the file if one is given
 *   npm run bench -- stream            transactions that nobody looks into, live, and zongji
 *   npm run bench -- tables [SHAPE…]   row objects of json, blob and wide tables, and of mariadb: ours and zongji
 *   npm run bench -- filter            row objects behind each kind of filter, of a file
 *   npm run bench -- kafka [BROKERS]   the Kafka sink alone and kafkajs's send
 *   npm run bench -- pipeline          MySQL to Kafka: ours, and zongji with JSON.stringify and kafkajs
 *   npm run bench -- peers [PEER…]     MySQL to Kafka: ours and debezium, maxwell, go (all three unless named), or exactly-once
 *                                      against at-least-once, or rows: does memory stay bounded over 50 million of them?
 *   npm run bench -- huge [CASE…]      one transaction of --bytes N (2 GiB unless given): memory bounded? exit code 1 if not;
 *                                      CASE: as printed, or `replica` for all of them
 *   npm run bench -- inspect           a summary and the text of a file: ours, and mysqlbinlog with awk
 *   npm run bench -- gtid              a GTID set of up to 100,000 gaps; exit code 1 where time does not grow with them
 *   npm run bench -- apply [WORKLOAD…] a replica: ours by both modes, and the server's own, with 1, 4 and 8 workers
 *   npm run bench -- semi-sync         commits that wait for our relay, and for the server's own replica; exit code 1 above 1.2 times
 *   --share S    of apply's transactions, 1 unless given
 *   --rows N     size of the workload, 1200000 unless given
 *   --compression C   of peers: none unless given, gzip, snappy, lz4, zstd
 *   --runs N     of each program, in turns, 5 unless given
 */
import { parseArgs } from 'node:util';
import { closeRun } from '../test/servers/runs.js';
import { benchApply } from './apply.js';
import { benchDecodeFile, benchDecodeLive, benchStream } from './decode.js';
import { benchExactlyOnce } from './exactly-once.js';
import { benchFilter } from './filter.js';
import { benchGtid } from './gtid.js';
import { benchHuge } from './huge.js';
import { benchInspect } from './inspect.js';
import { benchKafka } from './kafka.js';
import { benchManyRows } from './many-rows.js';
import { benchPeers } from './peers.js';
import { benchPipeline } from './pipeline.js';
import { benchSemiSync } from './semi-sync.js';
import { benchTables } from './tables.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string' },
    runs: { type: 'string', default: '5' },
    compression: { type: 'string', default: 'none' },
    share: { type: 'string', default: '1' },
    bytes: { type: 'string', default: String(2 ** 31) },
  },
});
const [command, ...operands] = positionals;
const [operand] = operands;
const settings = { rows: Number(values.rows ?? 1_200_000), runs: Number(values.runs) };

const PEERS = ['debezium', 'maxwell', 'go'] as const;
const MANY_ROWS = 50_000_000;

async function peers(parts: readonly string[]): Promise<void> {
  const named = PEERS.filter((peer) => parts.includes(peer));
  const { compression, rows = MANY_ROWS } = values;
  if (parts.length === 0 || named.length > 0) {
    await benchPeers({ ...settings, compression, peers: named.length > 0 ? named : PEERS });
  }
  if (parts.includes('exactly-once')) await benchExactlyOnce(settings);
  if (parts.includes('rows')) await benchManyRows(Number(rows));
}

async function main(): Promise<void> {
  switch (command) {
    case 'decode':
      return operand === undefined ? benchDecodeLive(settings) : benchDecodeFile(operand, settings);
    case 'stream':
      return benchStream(settings);
    case 'tables':
      return benchTables(settings, operands);
    case 'filter':
      return benchFilter(settings);
    case 'kafka':
      return benchKafka(operand?.split(','));
    case 'pipeline':
      return benchPipeline(settings);
    case 'peers':
      return peers(operands);
    case 'huge':
      return benchHuge({ bytes: Number(values.bytes), names: operands });
    case 'inspect':
      return benchInspect(settings);
    case 'apply':
      return benchApply({ runs: settings.runs, share: Number(values.share), names: operands });
    case 'semi-sync':
      return benchSemiSync(settings);
    case 'gtid':
      return benchGtid();
    default:
      console.error(
        `unknown benchmark ${command}: decode, stream, tables, filter, kafka, pipeline, peers, huge, inspect, gtid, semi-sync or apply`,
      );
      process.exitCode = 2;
  }
}

try {
  await main();
} finally {
  closeRun();
}

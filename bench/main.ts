/**
 *   npm run bench -- decode [FILE]     row objects: ours, zongji (live), mysqlbinlog -vv (file); only the file if one is given
 *   npm run bench -- stream            transactions that nobody looks into, live, and zongji
 *   npm run bench -- kafka [BROKERS]   the Kafka sink alone and kafkajs's send
 *   --rows N     size of the workload, 1200000 unless given
 *   --runs N     of each program, in turns, 5 unless given
 */
import { parseArgs } from 'node:util';
import { closeRun } from '../test/servers/runs.js';
import { benchDecodeFile, benchDecodeLive, benchStream } from './decode.js';
import { benchKafka } from './kafka.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rows: { type: 'string', default: '1200000' }, runs: { type: 'string', default: '5' } },
});
const [command, operand] = positionals;
const settings = { rows: Number(values.rows), runs: Number(values.runs) };

async function main(): Promise<void> {
  switch (command) {
    case 'decode':
      return operand === undefined ? benchDecodeLive(settings) : benchDecodeFile(operand, settings);
    case 'stream':
      return benchStream(settings);
    case 'kafka':
      return benchKafka(operand?.split(','));
    default:
      console.error(`unknown benchmark ${command}: decode, stream or kafka`);
      process.exitCode = 2;
  }
}

try {
  await main();
} finally {
  closeRun();
}

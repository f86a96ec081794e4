import { defineSink, unreachable } from 'rowtide';
import { ReplaySink } from './binlog/any-flavour.js';
import { STATE_SCHEMA } from './binlog/mariadb-sink.js';
import { replicaOptions } from './options.js';
import { SqlSink } from './sql/sink.js';
import { storedPosition } from './stored-position.js';

/** At the end of each batch the connections wait for the last commit, and nothing is on its way to them. */
const BATCH_BYTES_MAX = 8 * 1024 * 1024;

export default defineSink({
  name: 'replica',
  delivery: 'exactly-once',
  options: replicaOptions,
  reads: ({ mode }) => ({
    ...(mode === 'binlog' && { columnNames: false, xaSteps: true }),
    reusesMemory: true,
    batchBytesMax: BATCH_BYTES_MAX,
  }),
  create(options, context) {
    switch (options.mode) {
      case 'binlog':
        return new ReplaySink(options, context);
      case 'sql':
        return new SqlSink(options, context);
      default:
        return unreachable(options);
    }
  },
  storedPosition: (options, asked) => storedPosition({ stateSchema: STATE_SCHEMA, ...options }, asked),
});

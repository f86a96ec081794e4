import { defineSink, unreachable } from 'rowtide';
import { ReplaySink } from './binlog/any-flavour.js';
import { replicaOptions } from './options.js';
import { SqlSink } from './sql/sink.js';

export default defineSink({
  name: 'replica',
  delivery: 'exactly-once',
  options: replicaOptions,
  reads: ({ mode }) => (mode === 'binlog' ? { columnNames: false, xaSteps: true } : {}),
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
});

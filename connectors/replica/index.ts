import { defineSink, unreachable } from 'rowtide';
import { BinlogSink } from './binlog/sink.js';
import { replicaOptions } from './options.js';

export default defineSink({
  name: 'replica',
  delivery: 'exactly-once',
  options: replicaOptions,
  reads: ({ mode }) => (mode === 'binlog' ? { columnNames: false, xaSteps: true } : {}),
  create(options, { log }) {
    switch (options.mode) {
      case 'binlog':
        return new BinlogSink(options, log);
      default:
        return unreachable(options.mode);
    }
  },
});

import { defineSink } from 'rowtide';
import { routesOf } from '../replica/sql/routes.js';
import { SqlSink } from '../replica/sql/sink.js';
import { storedPosition } from '../replica/stored-position.js';
import { aggregateOptions } from './options.js';
import { AggregateSink } from './sink.js';

export default defineSink({
  name: 'aggregate-replica',
  delivery: 'exactly-once',
  options: aggregateOptions,
  create(options, context) {
    const { target, stateSchema, ddl } = options;
    const sql = { ...options, ddl: 'ignore' as const };
    const routeOf = routesOf(sql, context.pipeline);
    return new AggregateSink(
      {
        target,
        stateSchema,
        ddl,
        routeOf,
        stopsAtConflicts: (table) => routeOf(table).conflicts === 'stop',
        replica: () => new SqlSink(sql, context),
      },
      context,
    );
  },
  storedPosition: ({ target, stateSchema }, asked) => storedPosition({ target, mode: 'sql', stateSchema }, asked),
});

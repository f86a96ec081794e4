import { describe, expect, test } from 'vitest';
import aggregate from '../../../connectors/aggregate-replica/index.js';

const problems = (options: object): string[] => {
  const result = aggregate.options.safeParse({ url: 'mysql://rowtide@all', ...options });
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('options of an aggregate replica', () => {
  test('are those of a replica by statements; statements are merged', () => {
    expect(aggregate.options.parse({ url: 'mysql://rowtide@all:3307', password: 'x' })).toMatchObject({
      target: { host: 'all', port: 3307 },
      ddl: 'merge',
      stateSchema: 'rowtide',
      conflicts: 'stop',
    });
    expect(problems({ ddl: 'ignore', routes: [{ match: 'a_*.*', to: 'a.{table}', add: { s: '{source}' } }] })).toEqual(
      [],
    );
  });

  test('say what is wrong with them, and where', () => {
    expect(problems({ ddl: 'apply' })).toEqual([expect.stringMatching(/^ddl: .*"merge"/)]);
    expect(problems({ url: 'kafka://x' })).toEqual([expect.stringMatching(/^url: /)]);
    expect(problems({ routes: [{ match: 'a.*', add: { s: '{sauce}' } }] })).toEqual([
      'routes.0.add.s: {sauce} is not known; there are {schema}, {table} and {source}',
    ]);
  });
});

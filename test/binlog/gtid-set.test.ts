import { expect, it } from 'vitest';
import { ByteReader } from '../../src/binlog/bytes.js';
import { decodeGtidSet, encodeGtidSet } from '../../src/binlog/gtid-set.js';
import { PREVIOUS_GTIDS_LOG_EVENT } from '../../src/binlog/types.js';
import { HEADER_BYTES } from '../../src/core/event.js';
import { type Gtid, GtidSet } from '../../src/core/gtid.js';
import fc from '../properties.js';
import { startMysql } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';
import { eventsOf, record } from './recording.js';

const decode = (bytes: Buffer): GtidSet => decodeGtidSet(new ByteReader(bytes));

it('reads a set that it wrote, with tags and without', () => {
  const gtid = fc.record<Gtid>({
    uuid: fc.constantFrom('3e11fa47-71ca-11e1-9e33-c80aa9429562', '00000000-0000-0000-0000-000000000001'),
    tag: fc.constantFrom('', '', 'a', 'z'.repeat(32)),
    sequence: fc.oneof(fc.bigInt({ min: 1n, max: 24n }), fc.bigInt({ min: 2n ** 63n - 4n, max: 2n ** 63n - 2n })),
  });
  fc.assert(
    fc.property(fc.array(gtid, { maxLength: 40 }), (gtids) => {
      const set = GtidSet.of(...gtids);
      expect(decode(encodeGtidSet(set)).toString()).toBe(set.toString());
    }),
  );
});

needs('own').test('writes the bytes that the server writes', async () => {
  await using server = await startMysql({ version: '9.7' });
  const other = '00000000-0000-0000-0000-000000000001';
  const paths = await record(server, 'sets', async ({ run }) => {
    await run('a', 'create table t (a int)', `set gtid_next = '${other}:7'`, 'insert into t values (1)');
    await run('a', "set gtid_next = 'automatic'", 'flush binary logs', "set gtid_next = 'automatic:mine'");
    await run('a', 'insert into t values (2)', `set gtid_next = '${other}:9'`, 'insert into t values (3)');
    await run('a', `set gtid_next = '${other}:his:3'`, 'insert into t values (4)');
    await run('a', "set gtid_next = 'automatic'", 'flush binary logs');
  });
  const bodies = paths
    .flatMap(eventsOf)
    .filter((event) => event[4] === PREVIOUS_GTIDS_LOG_EVENT)
    .map((event) => event.subarray(HEADER_BYTES));
  expect(
    bodies.map((body) =>
      decode(body)
        .toString()
        .replace(/(?!0{8}-)[0-9a-f]{8}(-[0-9a-f]+){4}/, 'own'),
    ),
  ).toEqual(['own:1', `${other}:7,own:1-2`, `${other}:7:9:his:3,own:1-2:mine:1`]);
  for (const body of bodies) expect(encodeGtidSet(decode(body))).toEqual(body);
});

it.each([
  ['an end before its begin', '01'.padEnd(16, '0'), '01', '0300000000000000', '0200000000000000'],
  ['a number below 1', '01'.padEnd(16, '0'), '01', '0000000000000000', '0200000000000000'],
])('refuses %s', (_, origins, intervals, first, end) => {
  const hex = `${origins}${'ab'.repeat(16)}${intervals.padEnd(16, '0')}${first}${end}`;
  expect(() => decode(Buffer.from(hex, 'hex'))).toThrow(expect.objectContaining({ code: 'EVENT_MALFORMED' }));
});

/** What mariadb-binlog makes of ranges of GTIDs, on logs of two domains that follow each other, or do not. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import * as type from '../../src/binlog/types.js';
import { event, MAGIC } from '../source/log-bytes.js';
import { run } from './comparison/run.js';

const folder = mkdtempSync(join(tmpdir(), 'rowtide-ranges-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fixture = readFileSync(join(import.meta.dirname, '../fixtures/shop-11.8.binlog'));
const FORMAT = fixture.subarray(4, 4 + fixture.readUInt32LE(4 + 9));

type Gtid = readonly [domain: number, server: number, sequence: number];

/** The last of them begin where the first one ends, and behind a gap. */
const LOGS = {
  first: log([], [4, 7, 1], [4, 7, 2], [4, 1, 3], [3, 1, 1], [3, 1, 2], [3, 1, 3], [4, 1, 4], [3, 1, 4]),
  next: log(
    [
      [3, 1, 4],
      [4, 7, 2],
      [4, 1, 4],
    ],
    ...([
      [3, 1, 5],
      [3, 1, 6],
      [3, 1, 7],
    ] as const),
  ),
  later: log(
    [
      [3, 1, 7],
      [4, 1, 4],
    ],
    [3, 1, 8],
    [3, 1, 9],
  ),
};

const CALLS = `
  -j 4-7-2 --stop-position=3-1-3 first
  -j 4-7-2 --stop-position=4-1-4,3-1-1 first
  -j 4-7-2,3-1-2 --stop-position=3-1-3 first
  -j 4-7-2 --stop-position=3-1-2 --skip-gtid-strict-mode first
  -j 4-7-2 --server-id=1 first
  -j 4-7-1 --server-id=7 first
  -j 3-1-2 --do-domain-ids=4 first
  -j 3-1-2,9-1-1 first
  -j 4-1-99 -vvv first
  -j 4-1-99 --skip-gtid-strict-mode first
  -j 4-0-0 --stop-position=3-1-1,4-0-0 first
  -j 3-1-4 next
  -j 3-1-5,4-1-4 next
  -j 3-1-5,4-1-3 next
  -j 3-1-5,4-1-9 next
  -j 3-1-7,4-1-4 next
  -j 3-1-9,4-1-4 --skip-gtid-strict-mode next
  -j 3-1-5 --stop-position=3-1-6 next
  -j 3-1-5,4-1-4 --stop-position=3-1-6 next
  -j 3-0-0 next
  -j 3-0-0,4-1-4 next
  -j 3-1-5,4-1-4,8-0-0 next
  --stop-position=3-1-4 next
  --stop-position=4-1-5 next
  -j {list} --stop-position=3-1-4 next
  -j 4-7-2 first next
  -j 4-7-2 next first
  -j 4-7-2,3-1-2 first first
  -j 4-7-2,3-1-2 --stop-position=3-1-3,4-1-3 first first
  -j 4-1-3,3-1-3 --stop-position=3-1-2 first next
  -j 4-1-3,3-1-3 --stop-position=3-1-3 first next
  -j 4-1-3,3-1-3 --stop-position=3-1-3 --skip-gtid-strict-mode first next
  -j 4-7-2,4-1-3 first
  --stop-position=4-7-2,4-1-3 first
  -j 4-1-18446744073709551616 first
  -j 4-4294967296-1 first
  first first
  -vvv next first
  -vvv later first
  later next
  -j {list} later first
  --ignore-server-ids=1 later first
  -j 0-0-0 -vvv later first
  -j 3-1-7,4-1-4 later next
`;

test('ranges of GTIDs begin, end and fail where those of mariadb-binlog do', async () => {
  for (const [name, bytes] of Object.entries(LOGS)) writeFileSync(join(folder, name), bytes);
  const list = String(MAGIC.length + FORMAT.length);
  const result = await run(
    CALLS.trim()
      .split('\n')
      .map((line) => ({
        what: line.trim(),
        tool: 'mariadb' as const,
        call: {
          args: line
            .trim()
            .split(' ')
            .map((word) => (word in LOGS ? join(folder, word) : word.replace('{list}', list))),
        },
      })),
  );
  expect(result.differences).toEqual([]);
  expect(result.compared).toBeGreaterThanOrEqual(35);
});

function log(begin: readonly Gtid[], ...gtids: readonly Gtid[]): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32LE(begin.length);
  const list = Buffer.concat([count, ...begin.map(([domain, server, sequence]) => words(domain, server, sequence, 0))]);
  const parts = [
    { type: type.GTID_LIST_EVENT, body: list, serverId: 1 },
    ...gtids.flatMap(([domain, serverId, sequence]) => [
      {
        type: type.GTID_EVENT,
        body: Buffer.concat([words(sequence, 0, domain), Buffer.from([1, 0, 0, 0, 0, 0, 0])]),
        serverId,
      },
      { type: type.QUERY_EVENT, body: statement(`select ${sequence}`), serverId },
    ]),
  ];
  let bytes = Buffer.concat([MAGIC, FORMAT]);
  for (const part of parts) {
    bytes = Buffer.concat([bytes, event({ ...part, end: bytes.length + 23 + part.body.length })]);
  }
  return bytes;
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => void bytes.writeUInt32LE(value, i * 4));
  return bytes;
}

function statement(sql: string): Buffer {
  return Buffer.concat([Buffer.alloc(13), Buffer.from(`\0${sql}`)]);
}

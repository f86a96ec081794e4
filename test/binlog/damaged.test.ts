/**
 * Bytes that contradict each other under a right checksum: whatever they say, the stream ends with an error of ours, in
 * bounded time and memory, or gives values. Recorded logs are damaged at random; ROWTIDE_SEED=… repeats a run.
 */
import { beforeAll, expect, it } from 'vitest';
import * as type from '../../src/binlog/types.js';
import { changes } from '../../src/column/changes.js';
import { RowtideError } from '../../src/core/errors.js';
import { fileLog } from '../../src/source/files.js';
import { jsonLines } from '../roundtrip/compare.js';
import { Random, scaled, seedOf } from '../roundtrip/random.js';
import { stream } from '../roundtrip/stream.js';
import { type MysqlVersion, startMysql } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';
import { eventsOf, fileOf, record } from './recording.js';

const RUNS = scaled(300);

const COLUMNS = `id int primary key, t tinyint, u bigint unsigned, f float, d double, n decimal(30,10), y year, da date, ti time(3),
  dt datetime(6), ts timestamp(2) null, v varchar(300), l varchar(20) character set latin1, w varchar(9) character set utf32,
  c char(10) character set utf16, b binary(9), bl blob, tx text, e enum('x','y'), s set('a','b'), bi bit(33), j json, g geometry`;
const ROWS = [1, 2, 3].map(
  (id) => `(${id}, -5, 18446744073709551615, 1.5, 1e100, -12345.678, 2024, '2024-02-29', '-12:34:56.789',
    '2024-02-29 23:59:59.123456', '2024-02-29 23:59:59', repeat('é', 90), 'ü', 'ab', 'cd', 'bin', x'00ff', 'text', 'y', 'a,b',
    4294967296, json_object('a', json_array(1, 2.5, 'x', null, true, cast('2024-01-01' as date)), 'b', repeat('y', 300), 'n', 1.25),
    st_geomfromtext('point(1 2)'))`,
);

needs('own').describe.each<MysqlVersion>(['9.7', '8.0', '5.7'])('a damaged log of MySQL %s', (version) => {
  let events: Buffer[];
  const options = version === '5.7' ? { mode: { kind: 'none' } as const } : {};

  beforeAll(async () => {
    const metadata = version === '5.7' ? [] : ['--binlog-row-metadata=FULL'];
    await using server = await startMysql({ version, options: metadata });
    const paths = await record(server, 'damaged', async ({ run }) => {
      await run('a', `create table t (${COLUMNS})`);
      await run('a', `insert into t values ${ROWS.join(', ')}`, 'update t set t = t + 1', 'delete from t where id = 2');
      await run('a', "xa start 'x'", 'update t set u = id', "xa end 'x'", "xa prepare 'x'", "xa commit 'x'");
      if (version === '9.7') await run('a', 'set session binlog_transaction_compression = on');
      if (version === '9.7') await run('a', "set gtid_next = 'automatic:tag'");
      await run('a', 'begin', 'update t set v = repeat(id, 200)', 'savepoint s', 'delete from t', 'commit');
    });
    events = eventsOf(paths[0]!);
  });

  /** Reads all that there is to read; gives the codes of the errors, by place. */
  async function outcome(path: string): Promise<string> {
    try {
      for await (const transaction of stream(fileLog({ paths: [path] }), options)) {
        for (const _ of changes(transaction));
        jsonLines(transaction);
      }
      return 'read';
    } catch (error) {
      // Bounds that the engine had to find are bounds that a codec forgot.
      const isForeseen =
        error instanceof RowtideError && !(rootOf(error) instanceof TypeError || rootOf(error) instanceof RangeError);
      if (isForeseen) return error.code;
      throw error;
    }
  }

  it('gives values or an error of ours, wherever a byte was changed', async () => {
    const random = new Random(seedOf(`damaged MySQL ${version}`));
    const outcomes = new Map<string, number>();
    for (let run = 0; run < RUNS; run++) {
      const damaged = events.map((event) => Buffer.from(event));
      for (let i = random.int(1, 3); i > 0; i--) damage(random.pick(damaged.slice(1)), random);
      const path = fileOf(damaged);
      const result = await outcome(path);
      outcomes.set(result, (outcomes.get(result) ?? 0) + 1);
    }
    console.log(version, Object.fromEntries(outcomes));
    expect(outcomes.get('EVENT_MALFORMED')).toBeGreaterThan(0);
    expect(outcomes.get('read')).toBeGreaterThan(0);
  });

  it('names the place of a row event whose end is missing', async () => {
    const at = events.findIndex((event) => event[4] === type.UPDATE_ROWS_EVENT);
    const cut = fileOf([...events.slice(0, at), events[at]!.subarray(0, -9), ...events.slice(at + 1)]);
    await expect(read(cut)).rejects.toMatchObject({
      code: 'EVENT_MALFORMED',
      message: expect.stringMatching(/^binlog\.000001:\d+: a row ends at \d+, outside the event/),
    });
  });

  if (version === '9.7') {
    it('names the place of a payload that was cut short', async () => {
      const at = events.findIndex((event) => event[4] === type.TRANSACTION_PAYLOAD_EVENT);
      const cut = fileOf([...events.slice(0, at), events[at]!.subarray(0, -20)]);
      await expect(read(cut)).rejects.toMatchObject({
        code: 'EVENT_MALFORMED',
        message: expect.stringMatching(/^binlog\.000001:\d+ \(TRANSACTION_PAYLOAD_EVENT\): /),
      });
    });
  }

  async function read(path: string): Promise<void> {
    for await (const transaction of stream(fileLog({ paths: [path] }), options)) for (const _ of changes(transaction));
  }
});

function rootOf(error: Error): Error {
  return error.cause instanceof Error ? rootOf(error.cause) : error;
}

/** Changes bytes in the body of an event; its header stays. */
function damage(event: Buffer, random: Random): void {
  if (event.length <= 19) return;
  const at = random.int(19, event.length - 1);
  if (random.chance(0.3)) event[at] = random.pick([0, 1, 0x7f, 0x80, 0xfc, 0xfd, 0xfe, 0xff]);
  else if (random.chance(0.5)) event[at] = event[at]! ^ (1 << random.int(0, 7));
  else for (let i = at; i < Math.min(event.length, at + 8); i++) event[i] = random.int(0, 255);
}

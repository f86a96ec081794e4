/** What transactions the assembler makes of logs that real MariaDB servers wrote, and where it goes on behind each. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeAnnotateRows } from '../../src/binlog/annotate-rows.js';
import { decodeBinlogCheckpoint } from '../../src/binlog/binlog-checkpoint.js';
import { decodeGtidList } from '../../src/binlog/gtid-list.js';
import { decodeMariaGtid } from '../../src/binlog/maria-gtid.js';
import * as type from '../../src/binlog/types.js';
import { HEADER_BYTES, type RawEvent } from '../../src/core/event.js';
import { formatMariaGtid, MariaGtids } from '../../src/core/maria-gtid.js';
import type { Position } from '../../src/core/position.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { PositionFold } from '../../src/pipeline/fold.js';
import { fileLog } from '../../src/source/files.js';
import { serverLog } from '../../src/source/server.js';
import { stream } from '../roundtrip/stream.js';
import { type MariadbServer, type MariadbVersion, startMariadb } from '../servers/mariadb.js';
import { needs } from '../servers/suite.js';
import { eventOf, eventsOf, failure, fileOf, record, told, toldBy } from './recording.js';

const never = new AbortController().signal;
const VERSIONS: readonly MariadbVersion[] = ['11.8', '10.11'];
const ONE = "X'6f6e65',X'',1";
const TWO = "X'74776f',X'62',7";

needs('own').describe.each(VERSIONS)('MariaDB %s', (version) => {
  let server: MariadbServer;

  beforeAll(async () => {
    server = await startMariadb({
      version,
      options: ['--binlog-row-metadata=FULL', '--character-set-server=utf8mb4', '--log-bin-compress-min-len=10'],
    });
  });
  afterAll(() => server.remove());

  const tables = ['create table i (a int) engine=innodb', 'create table m (a int) engine=myisam'];

  it('gives one transaction for each commit, whichever way it ends', async () => {
    const paths = await record(server, 'ways_to_end', async ({ run }) => {
      await run('a', ...tables, 'insert into i values (1), (2)', 'insert into m values (3)');
      await run('a', 'begin', 'insert into i values (4)', 'savepoint s', 'insert into i values (5)', 'rollback to s');
      await run('a', 'update i set a = 40 where a = 4', 'commit', 'begin', 'insert into i values (6)', 'rollback');
      await run('a', 'create table s as select a from i where a < 2', 'truncate table m');
      await run('a', "xa start 'o'", 'insert into i values (7)', "xa end 'o'", "xa commit 'o' one phase");
    });
    expect((await told(paths)).slice(4)).toEqual([
      'transaction',
      '  insert i 1',
      '  insert i 2',
      'transaction',
      '  insert m 3',
      'transaction',
      '  insert i 4',
      '  update i 4 → 40',
      'transaction',
      expect.stringMatching(/^ {2}CREATE TABLE `s`/),
      '  insert s 1',
      'transaction',
      '  truncate table m',
      'transaction',
      '  insert i 7',
    ]);
  });

  it('gives the same of compressed events', async () => {
    const work = (compress: string) =>
      record(server, `compressed_${compress}`, async ({ run }) => {
        await run('root', `set global log_bin_compress = ${compress}`);
        await run('a', 'create table w (t text)', "insert into w values (repeat('x', 500))");
        await run('a', "update w set t = repeat('y', 600)", 'delete from w');
        await run('root', 'set global log_bin_compress = off');
      });
    const [plain, compressed] = [await work('off'), await work('on')];
    expect(await told(compressed)).toEqual((await told(plain)).map((line) => line.replace('_off', '_on')));
    const types = new Set(eventsOf(compressed[0]!).map((event) => event[4]!));
    expect([...types]).toEqual(
      expect.arrayContaining([
        type.QUERY_COMPRESSED_EVENT,
        type.WRITE_ROWS_COMPRESSED_EVENT_V1,
        type.UPDATE_ROWS_COMPRESSED_EVENT_V1,
        type.DELETE_ROWS_COMPRESSED_EVENT_V1,
      ]),
    );
  });

  it('gives an ALTER of two phases when it is finished, and nothing of one that failed', async () => {
    const paths = await record(server, 'two_phases', async ({ run }) => {
      await run('a', ...tables, 'set binlog_alter_two_phase = on', 'insert into i values (1), (1)');
      await run('a', 'alter table i add b int');
      await run('a', 'alter table i add unique (a)').catch(() => undefined);
    });
    const lines = await told(paths);
    expect(lines.filter((line) => line.includes('alter'))).toEqual(['  alter table i add b int']);
    const steps = gtidEvents(paths).filter((event) => event.isUnfinishedAlter || event.startedBy !== null);
    expect(steps.map(({ isUnfinishedAlter, startedBy }) => [isUnfinishedAlter, startedBy !== null])).toEqual([
      [true, false],
      [false, true],
      [true, false],
      [true, true],
    ]);
  });

  it('goes on behind every transaction, by GTIDs and by file, live and from files, while XA is prepared', async () => {
    const paths = await record(server, 'resumed', async ({ run, close }) => {
      await run('a', ...tables, 'set gtid_domain_id = 3', 'insert into i values (0)');
      await run('a', 'set gtid_domain_id = 0', 'insert into i values (1)');
      await run('b', "xa start 'one'", 'insert into i values (2)', "xa end 'one'", "xa prepare 'one'");
      await run(
        'c',
        "xa start 'two','b',7",
        'insert into i values (3)',
        "xa end 'two','b',7",
        "xa prepare 'two','b',7",
      );
      await run(
        'a',
        'insert into i values (4)',
        'flush binary logs',
        'set gtid_domain_id = 3',
        'insert into i values (5)',
      );
      await close();
      await server.restart();
      await run('a', 'set gtid_domain_id = 3', "xa commit 'one'", 'set server_id = 77', 'insert into i values (6)');
      await run(
        'b',
        'insert into i values (7)',
        'flush binary logs',
        "xa rollback 'two','b',7",
        'insert into m values (8)',
      );
      // Another server's, whose numbers lag behind: gtid_strict_mode is off.
      await run(
        'a',
        'set server_id = 78',
        'set gtid_seq_no = 1',
        'insert into i values (9)',
        'insert into i values (10)',
      );
    });
    const all = await told(paths);
    expect(all.filter((line) => /insert|holding|prepared/.test(line))).toEqual([
      '  insert i 0',
      '  insert i 1',
      `transaction, holding ${ONE} ${TWO}`,
      '  insert i 4',
      `transaction, holding ${ONE} ${TWO}`,
      '  insert i 5',
      `transaction, prepared as ${ONE}, holding ${TWO}`,
      '  insert i 2',
      `transaction, holding ${TWO}`,
      '  insert i 6',
      `transaction, holding ${TWO}`,
      '  insert i 7',
      `transaction, prepared as ${TWO}`,
      '  insert m 8',
      '  insert i 9',
      '  insert i 10',
    ]);
    for (const kind of ['file', 'mariadb-gtid'] as const) {
      for (const from of await positions(paths, kind)) {
        expect(await told(paths, { from }), `${kind} ${JSON.stringify(from)}`).toEqual(rest(all, from));
        expect(await toldBy(live(), { from }), `live, ${kind} ${JSON.stringify(from)}`).toEqual(rest(all, from));
      }
    }
  });

  const live = () => serverLog({ address: parseServerUrl(server.url), stopAtEnd: true });

  /** The position after each transaction, as a pipeline folds it. */
  async function positions(
    paths: readonly string[],
    kind: 'file' | 'mariadb-gtid',
  ): Promise<(Position & { count: number })[]> {
    const log = fileLog({ paths });
    const start: Position = {
      source: await log.identity(never),
      log: kind === 'file' ? await log.tail(never) : { kind, executed: listed(paths[0]!) },
      held: [],
    };
    const fold = new PositionFold(start);
    const found = [{ ...start, count: 0 }];
    for await (const transaction of stream(log, { from: start })) {
      fold.add(transaction);
      found.push({ ...fold.take(), count: found.length });
    }
    return found;
  }

  it('is read as its events say', async () => {
    const paths = await record(server, 'events', async ({ run }) => {
      await run('a', ...tables, 'insert into i values (1)');
      await run(
        'a',
        "xa start 'two','b',7",
        'insert into i values (2)',
        "xa end 'two','b',7",
        "xa prepare 'two','b',7",
      );
      await run('b', 'insert into m values (3)');
      await run('a', "xa commit 'two','b',7");
    });
    const found = gtidEvents(paths).slice(1);
    expect(found.map(({ begins, isDdl, isTransactional, xid }) => ({ begins, isDdl, isTransactional, xid }))).toEqual([
      { begins: false, isDdl: true, isTransactional: false, xid: null },
      { begins: true, isDdl: false, isTransactional: true, xid: null },
      { begins: true, isDdl: false, isTransactional: true, xid: TWO },
      { begins: true, isDdl: false, isTransactional: false, xid: null },
      { begins: false, isDdl: false, isTransactional: true, xid: TWO },
    ]);
    expect(found.every(({ threadId }) => (version === '11.8' ? threadId! > 0 : threadId === null))).toBe(true);
    const [before, after] = [listed(paths[0]!), MariaGtids.of(...found.map(({ gtid }) => gtid))];
    expect(after.get(0)!.sequence - before.get(0)!.sequence).toBe(6n);
    expect(raw(paths, type.ANNOTATE_ROWS_EVENT).map((event) => decodeAnnotateRows(event).sql)).toContain(
      'insert into i values (1)',
    );
    expect(raw(paths, type.BINLOG_CHECKPOINT_EVENT).map((event) => decodeBinlogCheckpoint(event).file)[0]).toMatch(
      /^binlog\.\d+$/,
    );
  });

  it('stops by name at PARTIAL_ROW_DATA_EVENT, which 12.3 writes', async () => {
    const [path] = await record(server, 'partial', async ({ run }) => run('a', ...tables));
    const events = [...eventsOf(path!).slice(0, 2), eventOf(type.PARTIAL_ROW_DATA_EVENT, Buffer.alloc(20))];
    expect(await failure([fileOf(events)])).toMatchObject({
      code: 'EVENT_UNSUPPORTED',
      message: expect.stringContaining('PARTIAL_ROW_DATA_EVENT'),
    });
  });

  function listed(path: string): MariaGtids {
    return MariaGtids.of(...raw([path], type.GTID_LIST_EVENT).flatMap(decodeGtidList));
  }
});

function raw(paths: readonly string[], wanted: number): RawEvent[] {
  return paths
    .flatMap(eventsOf)
    .filter((bytes) => bytes[4] === wanted)
    .map((bytes) => ({
      type: wanted,
      timestamp: 0,
      serverId: bytes.readUInt32LE(5),
      flags: 0,
      bytes,
      start: 0,
      end: bytes.length,
    }));
}

const gtidEvents = (paths: readonly string[]) => raw(paths, type.GTID_EVENT).map(decodeMariaGtid);

/** The lines behind the first `count` transactions. */
function rest(lines: readonly string[], { count }: { count: number }): string[] {
  const begins = lines.flatMap((line, i) => (line.startsWith('transaction') ? [i] : []));
  return lines.slice(begins[count] ?? lines.length);
}

describe('GTID_EVENT', () => {
  const decode = (body: string) =>
    decodeMariaGtid({
      ...raw([], 0)[0]!,
      serverId: 9,
      bytes: Buffer.concat([Buffer.alloc(HEADER_BYTES), Buffer.from(body, 'hex')]),
    });

  it('has a commit id, and a byte for the engines beside the first', () => {
    const { gtid, commitId, extraEngines, threadId } = decode('0500000000000000020000000e4d00000000000000110109000000');
    expect([formatMariaGtid(gtid), commitId, extraEngines, threadId]).toEqual(['2-9-5', 77n, 1, 9]);
  });

  it('may be no longer than its fields', () => {
    expect(() => decode('05000000000000000200000002')).toThrow(expect.objectContaining({ code: 'EVENT_MALFORMED' }));
  });
});

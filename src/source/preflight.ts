import { RowtideError, unreachable } from '../core/errors.js';
import { GtidSet } from '../core/gtid.js';
import { type MariaGtid, MariaGtids } from '../core/maria-gtid.js';
import type { LogPosition, Position } from '../core/position.js';
import type { Connection } from '../mysql/connect.js';
import { type LogFile, logFiles, probe, type ServerFacts, waitForGtids } from '../mysql/probe.js';
import { placeOf } from '../mysql/url.js';
import { FIRST_OFFSET } from './events.js';

/** COM_BINLOG_DUMP has 32 bits for the offset. */
const DUMP_OFFSET_MAX = 2 ** 32 - 1;

type FileOffset = Extract<LogPosition, { kind: 'file' }>;

/**
 * Refuses by name what would lose changes, or could not be honoured: settings of the server, and positions that do not
 * fit it. `executedWaitSeconds`: how long the server may take to count as executed what it has sent already.
 */
export async function preflight(
  connection: Connection,
  from: Position,
  { executedWaitSeconds }: { executedWaitSeconds: number },
): Promise<void> {
  const place = placeOf(connection.address);
  const facts = await probe(connection);
  checkSettings(facts, place);
  if (from.source.flavour !== facts.identity.flavour) {
    throw new RowtideError('SOURCE_FOREIGN', `${place}: a position of ${from.source.flavour} on ${facts.version}`, {
      hint: 'MySQL and MariaDB number transactions in ways that do not fit each other.',
    });
  }
  switch (from.log.kind) {
    case 'file':
      checkFilePosition(from.source.id, from.log, { facts, files: await logFiles(connection), place });
      return;
    case 'mariadb-gtid':
      checkDomains(from.log.executed, domainsOf(facts, place).state, place);
      return;
    case 'gtid': {
      const { executed, keptBy } = from.log;
      const own = gtidsOf(facts, place);
      checkNotPurged(executed, own.purged, place);
      const lacking = executed.minus(own.executed);
      const extra = keptBy === undefined ? lacking : ofItsLineage(lacking, facts, keptBy);
      if (!extra.isEmpty && !(await waitForGtids(connection, extra, executedWaitSeconds))) throw diverged(extra, place);
      return;
    }
    default:
      unreachable(from.log);
  }
}

/** Settings of the server with which changes would be missing from its log: SOURCE_SETTINGS, with what mends it. */
export function checkSettings(facts: ServerFacts, place: string): void {
  if (!facts.logBin) {
    throw new RowtideError('SOURCE_SETTINGS', `${place}: the server writes no binary log (log_bin is OFF)`, {
      hint: 'Start the server with --log-bin, and with --server-id before MySQL 8.0.',
    });
  }
  if (facts.binlogFormat !== 'ROW') {
    throw new RowtideError('SOURCE_SETTINGS', `${place}: binlog_format is ${facts.binlogFormat}, and rows are needed`, {
      hint: `SET ${facts.version.startsWith('5.') ? 'GLOBAL' : 'PERSIST'} binlog_format = 'ROW'; then let every client reconnect.`,
    });
  }
}

/** A file and an offset mean something only on the server that wrote them, as long as the file is there. */
function checkFilePosition(
  sourceId: string,
  log: FileOffset,
  server: { facts: ServerFacts; files: readonly LogFile[]; place: string },
): void {
  const { facts, files, place } = server;
  if (sourceId !== facts.identity.id) {
    throw new RowtideError(
      'SOURCE_FOREIGN',
      `${place}: ${log.file}:${log.offset} is a place in the log of ${sourceId}, and this server is ${facts.identity.id}`,
      { hint: 'File and offset cannot be carried to another server; a GTID set can, where GTIDs are on.' },
    );
  }
  if (log.offset > DUMP_OFFSET_MAX) {
    throw new RowtideError(
      'SOURCE_SETTINGS',
      `${place}: ${log.file}:${log.offset} lies beyond 4 GiB, where a server can be asked to begin`,
      { hint: 'Turn GTIDs on (gtid_mode), and resume by a GTID set, which has no such limit.' },
    );
  }
  const file = files.find(({ name }) => name === log.file);
  if (file === undefined) {
    const there = files.length === 0 ? 'no files' : `${files[0]?.name} to ${files.at(-1)?.name}`;
    throw new RowtideError(
      'SOURCE_PURGED',
      `${place}: the log file ${log.file} is not there; the server has ${there}`,
      {
        hint: 'What came after the position is lost to this stream. Copy the tables again, then start from now.',
      },
    );
  }
  if (log.offset < FIRST_OFFSET || log.offset > file.sizeBytes) {
    throw new RowtideError(
      'SOURCE_DIVERGED',
      `${place}: ${log.file}:${log.offset} is outside of that file, which has ${file.sizeBytes} bytes`,
      { hint: 'The server lost the end of its log (a crash, a restored backup), or the position was written by hand.' },
    );
  }
}

/**
 * A set that a server keeps holds what it wrote itself and what came to it from elsewhere, which this source need not
 * know. But where a source knows of a server at all, it should know all that came through it.
 */
function ofItsLineage(lacking: GtidSet, { identity, gtids }: ServerFacts, keptBy: string): GtidSet {
  const known = new Set([identity.id]);
  for (const { uuid } of gtids?.executed.intervals() ?? []) known.add(uuid);
  known.delete(keptBy);
  return GtidSet.fromIntervals([...lacking.intervals()].filter(({ uuid }) => known.has(uuid)));
}

/** GTID sets fit any server that has executed them and still has what comes after. */
function checkNotPurged(executed: GtidSet, purged: GtidSet, place: string): void {
  const missing = purged.minus(executed);
  if (missing.isEmpty) return;
  throw new RowtideError(
    'SOURCE_PURGED',
    `${place}: the server has purged transactions that come next: ${missing.toString()}`,
    {
      hint: 'They are lost to this stream. Copy the tables again, then start from now; or read a replica that has them still.',
    },
  );
}

/**
 * Told by what each server logged, since the numbers of a domain alone may be out of order. Whether what comes next was
 * purged is for the server to say when it looks for it: without gtid_strict_mode nobody else can tell.
 */
function checkDomains(executed: MariaGtids, state: readonly MariaGtid[], place: string): void {
  const isLogged = (gtid: MariaGtid): boolean =>
    state.some(
      ({ domain, server, sequence }) => domain === gtid.domain && server === gtid.server && sequence >= gtid.sequence,
    );
  const extra = [...executed].filter((gtid) => !isLogged(gtid));
  if (extra.length > 0) throw diverged(MariaGtids.of(...extra), place);
}

function domainsOf(facts: ServerFacts, place: string): NonNullable<ServerFacts['domains']> {
  if (facts.domains !== null) return facts.domains;
  throw new RowtideError(
    'SOURCE_FOREIGN',
    `${place}: the position is one of MariaDB's GTIDs, and ${facts.version} has none of these`,
    { hint: 'Set a checkpoint of this server by hand, after finding the place in its log.' },
  );
}

function diverged(extra: GtidSet | MariaGtids, place: string): RowtideError {
  return new RowtideError(
    'SOURCE_DIVERGED',
    `${place}: the server never executed transactions of the position: ${extra.toString()}`,
    {
      hint: 'It lost them in a crash, was restored, or is another server. Decide by hand which side is right, then set the checkpoint.',
    },
  );
}

function gtidsOf(facts: ServerFacts, place: string): NonNullable<ServerFacts['gtids']> {
  if (facts.gtids !== null) return facts.gtids;
  if (facts.identity.flavour === 'mariadb') {
    throw new RowtideError('SOURCE_FOREIGN', `${place}: a GTID set of MySQL, and this is ${facts.version}`, {
      hint: 'MariaDB’s GTIDs look like 0-1-100: domain-server-sequence.',
    });
  }
  const mode = facts.gtidMode === '' ? '' : ` (gtid_mode is ${facts.gtidMode})`;
  throw new RowtideError(
    'SOURCE_SETTINGS',
    `${place}: GTIDs are off on the server${mode}, and the position is a GTID set`,
    {
      hint: 'Turn gtid_mode back ON. Or set a checkpoint of file and offset by hand, after finding the place in the log.',
    },
  );
}

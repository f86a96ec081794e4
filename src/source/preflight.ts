import { RowtideError } from '../core/errors.js';
import type { GtidSet } from '../core/gtid.js';
import type { Position } from '../core/position.js';
import type { LogFile, ServerFacts } from '../mysql/probe.js';
import { FIRST_OFFSET } from './events.js';

/** COM_BINLOG_DUMP has 32 bits for the offset. */
const DUMP_OFFSET_MAX = 2 ** 32 - 1;

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
export function checkFilePosition(
  position: Position,
  server: { facts: ServerFacts; files: readonly LogFile[]; place: string },
): void {
  const { log, source } = position;
  const { facts, files, place } = server;
  if (log.kind !== 'file') return;
  if (source.id !== facts.identity.id) {
    throw new RowtideError(
      'SOURCE_FOREIGN',
      `${place}: ${log.file}:${log.offset} is a place in the log of ${source.id}, and this server is ${facts.identity.id}`,
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

/** The transactions of the position that the server has not executed; empty when it never lost one. */
export function extraGtids(executed: GtidSet, facts: ServerFacts, place: string): GtidSet {
  return executed.minus(gtidsOf(facts, place).executed);
}

/** GTID sets fit any server that has executed them and still has what comes after. */
export function checkNotPurged(executed: GtidSet, facts: ServerFacts, place: string): void {
  const missing = gtidsOf(facts, place).purged.minus(executed);
  if (missing.isEmpty) return;
  throw new RowtideError('SOURCE_PURGED', `${place}: the server has purged transactions that come next: ${missing}`, {
    hint: 'They are lost to this stream. Copy the tables again, then start from now; or read a replica that has them still.',
  });
}

export function diverged(extra: GtidSet, place: string): RowtideError {
  return new RowtideError(
    'SOURCE_DIVERGED',
    `${place}: the server never executed transactions of the position: ${extra}`,
    {
      hint: 'It lost them in a crash, was restored, or is another server. Decide by hand which side is right, then set the checkpoint.',
    },
  );
}

function gtidsOf(facts: ServerFacts, place: string): NonNullable<ServerFacts['gtids']> {
  if (facts.gtids !== null) return facts.gtids;
  const mode = facts.gtidMode === '' ? '' : ` (gtid_mode is ${facts.gtidMode})`;
  throw new RowtideError(
    'SOURCE_SETTINGS',
    `${place}: GTIDs are off on the server${mode}, and the position is a GTID set`,
    {
      hint: 'Turn gtid_mode back ON. Or set a checkpoint of file and offset by hand, after finding the place in the log.',
    },
  );
}

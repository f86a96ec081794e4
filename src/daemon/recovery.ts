import { basename } from 'node:path';
import { decodePreviousGtids } from '../binlog/previous-gtids.js';
import { transactions } from '../binlog/transactions.js';
import { FORMAT_DESCRIPTION_EVENT, PREVIOUS_GTIDS_LOG_EVENT } from '../binlog/types.js';
import type { Point } from '../config/point.js';
import { RowtideError } from '../core/errors.js';
import { formatGtid, type Gtid, GtidSet, isMariaGtid } from '../core/gtid.js';
import type { Position } from '../core/position.js';
import type { Source } from '../core/source.js';
import type { Transaction } from '../core/transaction.js';
import { withConnection } from '../mysql/connect.js';
import { probe, type ServerFacts } from '../mysql/probe.js';
import { placeOf, type ServerAddress } from '../mysql/url.js';
import { type ReadableRelay, relayLog } from '../relay/reader.js';
import { schemas } from '../schema/schemas.js';
import { fileLog } from '../source/files.js';
import { diskSpool } from '../source/spool.js';
import type { ComposedSource } from './compose.js';
import { untilPoint } from './until.js';

export interface RecoveryOptions {
  /** Log files of the lost server in their order: an archive that begins no later than the target's copy was made. */
  readonly files: readonly string[];
  /** Where the files are those of a relay; null: any files. */
  readonly relay: ReadableRelay | null;
  /** Behind a set of GTIDs, or before a time or a file and offset. */
  readonly to: Point;
  readonly target: ServerAddress;
  readonly spoolDir: string;
}

/** What an archive has that a target lacks, up to a place. */
export interface Recovery {
  /** What the target has executed. */
  readonly executed: GtidSet;
  /** The files that have to be read. */
  readonly files: readonly string[];
  readonly source: Source;
  readonly survey: Survey;
}

/** What reading it once has shown: nothing is applied before it is known that the archive comes as far as was asked. */
export interface Survey {
  readonly transactions: number;
  readonly bytes: number;
  readonly gtids: GtidSet;
  readonly first: Passed | null;
  readonly last: Passed | null;
  readonly statements: readonly PassedStatement[];
  /** The first one that is left out; null: what comes next was not looked at, or the archive ends. */
  readonly leftOut: PassedStatement | null;
}

export interface Passed {
  readonly gtid: string;
  readonly committedAtUs: number;
}

export interface PassedStatement extends Passed {
  /** Null: it changes rows. */
  readonly sql: string | null;
}

/** Finds out what is to be done, and changes nothing. Throws by name where it could not be done whole. */
export async function planRecovery(options: RecoveryOptions, signal: AbortSignal): Promise<Recovery> {
  const { target, to } = options;
  const place = placeOf(target);
  const facts = await withConnection(target, signal, probe);
  const executed = executedOf(facts, place);
  const files = await missingFiles(options.files, { executed, place, signal });
  const source = sourceOf(files, options);
  const position: Position = { source: facts.identity, log: { kind: 'gtid', executed }, held: [] };
  const survey = await surveyOf(source, { position, to, signal });
  refuseOwn(survey, { uuid: facts.identity.id, place });
  if (to.kind === 'gtid') refuseShort(to.executed.minus(executed.union(survey.gtids)), survey);
  return { executed, files, source: untilPoint(source, to), survey };
}

function executedOf({ identity, gtids, gtidMode }: ServerFacts, place: string): GtidSet {
  if (identity.flavour === 'mariadb') {
    throw new RowtideError('SINK_REFUSED', `${place} is a MariaDB, which does not say which transactions it has`, {
      hint: 'Apply the files with rowtide inspect --stop-datetime or --stop-position, behind the place that the copy names.',
    });
  }
  if (gtids !== null) return gtids.executed;
  throw new RowtideError('SINK_REFUSED', `${place}: recovery needs GTIDs on the target (gtid_mode is ${gtidMode})`, {
    hint: 'Start the target with gtid_mode=ON and enforce_gtid_consistency=ON, and restore a copy that has its GTIDs.',
  });
}

interface Target {
  readonly executed: GtidSet;
  readonly place: string;
  readonly signal: AbortSignal;
}

/** From the last file on before which nothing lies that the target lacks. */
async function missingFiles(files: readonly string[], { executed, place, signal }: Target): Promise<readonly string[]> {
  let first = 0;
  for (const [i, file] of files.entries()) {
    const before = await gtidsBefore(file, signal);
    const lacking = before.minus(executed);
    if (i === 0 && !lacking.isEmpty) {
      throw new RowtideError(
        'SOURCE_PURGED',
        `${place} lacks ${lacking.toString()}, which lies before ${basename(file)}, the first file of the archive`,
        { hint: 'Restore a newer copy, or give older files as well.' },
      );
    }
    if (!lacking.isEmpty) break;
    first = i;
  }
  return files.slice(first);
}

/** Each file begins by saying which GTIDs were logged before it. */
async function gtidsBefore(file: string, signal: AbortSignal): Promise<GtidSet> {
  const log = fileLog({ paths: [file] });
  const position = { source: await log.identity(signal), log: await log.tail(signal), held: [] };
  const types = new Set([FORMAT_DESCRIPTION_EVENT, PREVIOUS_GTIDS_LOG_EVENT]);
  for await (const { events } of log.read(position, signal)) {
    const said = events.find(({ type }) => type === PREVIOUS_GTIDS_LOG_EVENT);
    if (said !== undefined) return decodePreviousGtids(said);
    if (events.some(({ type }) => !types.has(type))) break;
  }
  throw new RowtideError('SOURCE_SETTINGS', `${file} does not say which GTIDs lie before it`, {
    hint: 'Recovery needs the log of a MySQL with gtid_mode=ON.',
  });
}

/** What a relay holds is read up to its last whole transaction, also while it is written or after a crash of its writer. */
function sourceOf(files: readonly string[], { relay, spoolDir }: RecoveryOptions): ComposedSource {
  const log = relay === null ? fileLog({ paths: files }) : relayLog(relay, { stopAtEnd: true });
  const source = transactions(log, {
    schemas: schemas({ kind: 'none' }),
    spool: diskSpool(spoolDir),
    xaSteps: true,
    start: (each, signal) => each.tail(signal),
  });
  return { place: 'the archive', log, source, isLive: false };
}

const FOLDED_AT_ONCE = 1000;

async function surveyOf(
  composed: ComposedSource,
  { position, to, signal }: { position: Position; to: Point; signal: AbortSignal },
): Promise<Survey> {
  /** The last one that was read, whether it is to be applied or the first that is not. */
  const seen: { last: PassedStatement | null } = { last: null };
  const watched: Source = {
    ...composed.source,
    async *read(from, reading) {
      for await (const transaction of composed.source.read(from, reading)) {
        seen.last = passedStatement(transaction);
        yield transaction;
      }
    },
  };
  const found = new Found();
  for await (const transaction of untilPoint({ ...composed, source: watched }, to).read(position, signal)) {
    found.add(transaction, seen.last!);
    transaction.release();
  }
  signal.throwIfAborted();
  return { ...found.survey(), leftOut: seen.last === found.last ? null : seen.last };
}

class Found {
  #transactions = 0;
  #bytes = 0;
  #gtids = GtidSet.empty;
  /** Folded into the set many at once. */
  #recent: Gtid[] = [];
  #first: PassedStatement | null = null;
  last: PassedStatement | null = null;
  readonly #statements: PassedStatement[] = [];

  add({ gtid, span }: Transaction, passed: PassedStatement): void {
    this.#transactions++;
    this.#bytes += span.end - span.start;
    this.#first ??= passed;
    this.last = passed;
    if (passed.sql !== null) this.#statements.push(passed);
    if (gtid !== null && !isMariaGtid(gtid)) this.#recent.push(gtid);
    if (this.#recent.length >= FOLDED_AT_ONCE) this.#fold();
  }

  survey(): Omit<Survey, 'leftOut'> {
    this.#fold();
    return {
      transactions: this.#transactions,
      bytes: this.#bytes,
      gtids: this.#gtids,
      first: this.#first,
      last: this.last,
      statements: this.#statements,
    };
  }

  #fold(): void {
    this.#gtids = this.#gtids.with(this.#recent);
    this.#recent = [];
  }
}

function passedStatement({ gtid, committedAtUs, entries }: Transaction): PassedStatement {
  const passed = { gtid: gtid === null ? '' : formatGtid(gtid), committedAtUs };
  for (const entry of entries) return { ...passed, sql: entry.kind === 'statement' ? entry.sql : null };
  return { ...passed, sql: null };
}

/** A replica leaves out what it takes for its own: of a server that was restored in its own place that is everything. */
function refuseOwn({ gtids }: Survey, { uuid, place }: { uuid: string; place: string }): void {
  for (const interval of gtids.intervals()) {
    if (interval.uuid !== uuid) continue;
    throw new RowtideError(
      'SINK_REFUSED',
      `${place} has the server_uuid ${uuid} of the server whose transactions are to be applied`,
      {
        hint: 'Restore into a server of its own, or give this one a new identity: stop it, move auto.cnf out of its data folder, start it.',
      },
    );
  }
}

function refuseShort(missing: GtidSet, { last }: Survey): void {
  if (missing.isEmpty) return;
  const end = last === null ? 'has nothing more' : `ends behind ${last.gtid}`;
  throw new RowtideError(
    'PLACE_NOT_FOUND',
    `the archive ${end}, and lacks ${missing.toString()}; nothing was applied`,
    {
      hint: 'Look for the rest in the binary logs of the lost server or of a replica, or name an earlier place with --to.',
    },
  );
}

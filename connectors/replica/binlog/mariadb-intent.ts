import {
  decodeCheckpoint,
  encodeCheckpoint,
  formatGtid,
  type MariaGtid,
  MariaGtids,
  type Position,
  parseNamingDdl,
  quotedName,
  type Session,
  type Statement,
  type Transaction,
} from 'rowtide';

/** What the row of the stream says from before something that commits by itself until the checkpoint behind it. */
interface Intent {
  readonly gtid: string;
  /** How its target may word it, if it is a statement. */
  readonly texts: readonly string[];
  /** What the target had logged when the writer came. */
  readonly logged: string;
  readonly checkpoint: string;
}

/** Notes what is begun, for whoever comes after a crash. */
export class Intents {
  readonly #pipeline: string;
  readonly #logged: string;

  private constructor(pipeline: string, logged: string) {
    this.#pipeline = pipeline;
    this.#logged = logged;
  }

  static async open(session: Session, pipeline: string): Promise<Intents> {
    return new Intents(pipeline, await loggedBy(session));
  }

  encode(transaction: Transaction, gtid: MariaGtid, position: Position): string {
    const checkpoint = encodeCheckpoint({ pipeline: this.#pipeline, generation: 0, position, sink: {} });
    const [first] = transaction.entries;
    return JSON.stringify({
      gtid: formatGtid(gtid),
      texts: first?.kind === 'statement' ? textsOf(first) : [],
      logged: this.#logged,
      checkpoint,
    } satisfies Intent);
  }
}

/** The position behind what was begun, if the target has done it: its own log says so. */
export async function behindIntent(session: Session, encoded: string): Promise<Position | null> {
  const intent = JSON.parse(encoded) as Intent;
  const isDone = has(await loggedBy(session), intent.gtid) || (await isRecovered(session, intent));
  return isDone ? decodeCheckpoint(intent.checkpoint, 'a statement that was begun').position : null;
}

/** The target’s GTIDs: of each server in each domain the last one. */
async function loggedBy(session: Session): Promise<string> {
  const [row] = await session.query<[string]>('SELECT @@GLOBAL.gtid_binlog_state');
  return row?.[0] ?? '';
}

function gtidsIn(state: string): MariaGtid[] {
  return state
    .split(',')
    .filter(Boolean)
    .flatMap((each) => [...MariaGtids.parse(each.trim())]);
}

function has(state: string, gtid: string): boolean {
  return gtidsIn(gtid).every((wanted) =>
    gtidsIn(state).some(
      ({ domain, server, sequence }) =>
        domain === wanted.domain && server === wanted.server && sequence >= wanted.sequence,
    ),
  );
}

/** A log’s format, GTIDs and checkpoint, and behind them a GTID and a statement. */
const HEAD_EVENTS = 8;

/**
 * A server that dies between a statement and its event logs it when it starts again, first thing in a new file and under
 * a GTID of its own.
 */
async function isRecovered(session: Session, { texts, logged }: Intent): Promise<boolean> {
  if (texts.length === 0) return false;
  const files = await session.query<[string]>('SHOW BINARY LOGS');
  for (const [file] of files.reverse()) {
    const events = await session.query<string[]>(`SHOW BINLOG EVENTS IN '${file}' LIMIT ${HEAD_EVENTS}`);
    for (const [i, [, , type, , , info = '']] of events.entries()) {
      if (type !== 'Query' || !isOneOf(texts, info)) continue;
      const gtid = /GTID ([\d-]+)/.exec(events[i - 1]?.[5] ?? '')?.[1];
      if (gtid !== undefined && !has(logged, gtid)) return true;
    }
    const begin = events.find(([, , type]) => type === 'Gtid_list')?.[5] ?? '[]';
    if (!gtidsIn(logged).every((gtid) => has(begin.slice(1, -1), formatGtid(gtid)))) return false;
  }
  return false;
}

/** `info`: as SHOW BINLOG EVENTS words a statement, behind its default schema, and with what we sent behind it. */
export function isOneOf(texts: readonly string[], info: string): boolean {
  const shown = withoutEnd(info);
  return texts.some((sql) => shown === sql || (shown.startsWith('use `') && shown.endsWith(`; ${sql}`)));
}

/**
 * How a server that starts again may word what it finds done: a DROP in its own words, which name the schemas of those
 * tables and views that are not in the session’s default one.
 */
export function textsOf({ sql, schema, dialect }: Pick<Statement, 'sql' | 'schema' | 'dialect'>): readonly string[] {
  const text = withoutEnd(sql);
  if (dialect === undefined || !/^\s*DROP\b/i.test(sql)) return [text];
  // Views are named as tables are.
  const asTables = sql.replace(DROP_VIEW, 'DROP TABLE');
  const { ddl } = parseNamingDdl(asTables, dialect);
  if (ddl.kind === 'drop-schema') return [text, `DROP DATABASE IF EXISTS ${quotedName(ddl.name)}${RECOVERED}`];
  if (ddl.kind !== 'drop-tables') return [text];
  const dropped = {
    what: asTables === sql ? 'TABLE' : 'VIEW',
    tables: ddl.tables.map((table) => ({ schema: table.schema ?? schema, name: table.name })),
  };
  const schemas = new Set(dropped.tables.map((table) => table.schema));
  const defaults = [...schemas].map((each) => `use ${quotedName(each)}; ${recoveredDrop(dropped, each)}`);
  return [text, recoveredDrop(dropped, ''), ...defaults];
}

const DROP_VIEW = /^\s*DROP\s+VIEW\b/i;
const RECOVERED = ' /* generated by ddl recovery */';

interface Dropped {
  readonly what: string;
  readonly tables: readonly { readonly schema: string; readonly name: string }[];
}

function recoveredDrop({ what, tables }: Dropped, current: string): string {
  const names = tables.map(({ schema, name }) =>
    schema === current ? quotedName(name) : `${quotedName(schema)}.${quotedName(name)}`,
  );
  return `DROP ${what} IF EXISTS ${names.join(',')}${RECOVERED}`;
}

function withoutEnd(sql: string): string {
  return sql.replace(/[\s;]+$/, '');
}

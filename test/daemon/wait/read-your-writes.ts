import { Session } from '../../../src/mysql/session.js';
import { parseServerUrl } from '../../../src/mysql/url.js';
import type { DatabaseAddress } from '../../servers/database.js';

export interface ReadYourWrites {
  readonly source: Pick<DatabaseAddress, 'url'>;
  readonly target: Pick<DatabaseAddress, 'url'>;
  /** Where to wait for a GTID: asked again when nobody answers. */
  readonly url: string;
  readonly flavour: 'mysql' | 'mariadb';
  /** From this number on, in all. */
  readonly first: number;
  readonly tries: number;
  readonly clients: number;
}

export interface Outcome {
  readonly tries: number;
  /** Answers that came before the target had it: each as the write that was not there. */
  readonly early: readonly string[];
  /** Times that somebody did not get an answer, and asked again. */
  readonly unanswered: number;
}

export const READ_YOUR_WRITES_TABLE = [
  'CREATE DATABASE IF NOT EXISTS ryw',
  'CREATE TABLE ryw.writes (id INT PRIMARY KEY, value INT NOT NULL, filler VARCHAR(2000) NOT NULL)',
];

/**
 * Clients that each write to the source, wait for the GTID of it, and read it at the target in the moment of the answer,
 * over a connection of their own. Some writes are new rows, some change one that another client may be waiting for.
 */
export async function readYourWrites(options: ReadYourWrites): Promise<Outcome> {
  const { tries, clients, first } = options;
  const early: string[] = [];
  let unanswered = 0;
  let next = first;
  const client = async (): Promise<void> => {
    const writer = await open(options.source);
    let reader: Session | null = null;
    if (options.flavour === 'mysql') await writer.run(["SET SESSION session_track_gtids = 'OWN_GTID'"]);
    try {
      while (next < first + tries) {
        const number = next++;
        const { id, gtid } = await write(writer, number, options.flavour);
        while (!(await answered(options.url, gtid))) unanswered++;
        for (let found: string | null = null; found === null; ) {
          reader ??= await open(options.target).catch(() => null);
          found = reader === null ? null : await storedValue(reader, id).catch(() => null);
          // The target is being restarted; what it had is there when it is back.
          if (found === null) reader = await gone(reader);
          else if (Number(found) < number) early.push(`write ${number} of row ${id} (${gtid}): found ${found}`);
        }
      }
    } finally {
      await writer.close();
      await reader?.close();
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { tries, early, unanswered };
}

const ROWS = 50;

/** Values only grow, so a row that was changed again meanwhile is no early answer. */
async function write(
  writer: Session,
  number: number,
  flavour: ReadYourWrites['flavour'],
): Promise<{ id: number; gtid: string }> {
  const id = number % 3 === 0 ? number % ROWS : ROWS + number;
  const filler = number % 7 === 0 ? 1900 : 20;
  const sql = `INSERT INTO ryw.writes VALUES (${id}, ${number}, REPEAT('x', ${filler}))
    ON DUPLICATE KEY UPDATE value = GREATEST(value, VALUES(value)), filler = REPEAT('y', ${filler} + ${number} % 2)`;
  const [result, last] = await writer.run(flavour === 'mysql' ? [sql] : [sql, 'SELECT @@last_gtid']);
  const gtid = flavour === 'mysql' ? result?.gtid : last?.rows[0]?.[0];
  // An update that changes nothing is not logged.
  return gtid == null || gtid === '' ? write(writer, number, flavour) : { id, gtid: String(gtid) };
}

async function answered(url: string, gtid: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/replica/wait?timeout=20s&gtid=${gtid}`);
    const { ok } = (await response.json()) as { ok: boolean };
    return ok;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return false;
  }
}

/** Empty: no such row. */
async function storedValue(reader: Session, id: number): Promise<string> {
  const [row] = await reader.query<[string | number]>(`SELECT value FROM ryw.writes WHERE id = ${id}`);
  return String(row?.[0] ?? '-1');
}

async function gone(reader: Session | null): Promise<null> {
  await reader?.close();
  await new Promise((resolve) => setTimeout(resolve, 100));
  return null;
}

function open({ url }: Pick<DatabaseAddress, 'url'>): Promise<Session> {
  return Session.open(parseServerUrl(url), new AbortController().signal);
}

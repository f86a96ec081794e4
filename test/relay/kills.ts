/** Relays that are killed in the middle of writing, and what is on the disk then. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { transactions } from '../../src/binlog/transactions.js';
import { changes } from '../../src/column/changes.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { relayLog } from '../../src/relay/reader.js';
import { Relay } from '../../src/relay/relay.js';
import { openStored } from '../../src/relay/stored.js';
import { schemas } from '../../src/schema/schemas.js';
import { serverLog } from '../../src/source/server.js';
import { diskSpool } from '../../src/source/spool.js';
import { compareFiles, Load } from '../inspect/remote/archive-kills.js';
import type { Random } from '../roundtrip/random.js';
import { nothingAttached } from '../schema/attached.js';
import type { DatabaseServer } from '../servers/database.js';
import { newFolder } from '../servers/runs.js';
import { logEnd, sql } from '../source/reading.js';
import { Commits } from './commits.js';
import type { SemiSyncKind } from './sources.js';
import { Subject } from './subject.js';
import { transactionsIn } from './transactions.js';

export interface SemiSyncKills {
  readonly kind: SemiSyncKind;
  readonly random: Random;
  readonly clients: number;
  readonly commits: number;
  /** Of ours, and of the source; every second one of the latter at the same time as one of ours. */
  readonly kills: number;
  readonly restarts: number;
  readonly acksFirst?: boolean;
}

export interface SemiSyncResult {
  readonly committed: number;
  readonly kills: number;
  readonly restarts: number;
  /** Commits that a client saw as done, and that the relay had not, or otherwise, when it was killed. */
  readonly lost: readonly string[];
  /** Rows that the relay has twice. */
  readonly doubled: readonly string[];
  /** Rows that in the end either the relay or the source has. */
  readonly different: readonly string[];
}

/**
 * Clients commit while the relay and the source are killed. Each time the relay is dead, all that clients know as done
 * must lie in its folder: the source might never come back.
 */
export async function killSemiSync(options: SemiSyncKills): Promise<SemiSyncResult> {
  const { kind, random, clients, commits: wanted, acksFirst = false } = options;
  await using server = await kind.start();
  const folder = newFolder('relay');
  const subject = await Subject.create({ url: server.url, folder, semiSync: true, acksFirst });
  subject.start();
  const commits = await Commits.start(server, { clients, wanted });
  const findings = { lost: new Set<string>(), doubled: new Set<string>() };
  const faults = faultsOf(options);
  try {
    for (const [i, fault] of faults.entries()) {
      const count = Math.floor(((i + random.int(0, 99) / 100) * wanted) / faults.length);
      await subject.during(commits.reached(count));
      await sleep(random.int(0, 40));
      const down = [...(fault === 'source' ? [] : [subject.kill()]), ...(fault === 'relay' ? [] : [server.kill()])];
      await Promise.all(down);
      if (fault !== 'source') await inspect(folder, commits.done, findings);
      if (fault !== 'relay') await server.launch();
      if (fault !== 'source') subject.start();
    }
    await subject.during(commits.ended());
    // What the source had logged when it was killed last, and told nobody, comes as well.
    await subject.during(caughtUp(folder, server));
    await subject.kill();
    const rows = await inspect(folder, commits.done, findings);
    const logged = await sql(server.url, "SELECT CONCAT(client, '-', n), v FROM shop.t");
    const stored = new Map(logged.map(([name, value]) => [String(name), String(value)]));
    return {
      committed: commits.done.size,
      kills: faults.filter((fault) => fault !== 'source').length + 1,
      restarts: faults.filter((fault) => fault !== 'relay').length,
      lost: [...findings.lost],
      doubled: [...findings.doubled],
      different: [...differences(rows, stored, 'the relay'), ...differences(stored, rows, 'the source')],
    };
  } finally {
    await subject.kill();
  }
}

function differences(left: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>, whose: string): string[] {
  return [...left].flatMap(([name, value]) => (right.get(name) === value ? [] : [`only ${whose} has ${name}`]));
}

type Fault = 'relay' | 'source' | 'both';

/** Spread evenly. */
function faultsOf({ kills, restarts }: SemiSyncKills): Fault[] {
  const both = Math.floor(restarts / 2);
  const others: Fault[] = [...Array<Fault>(restarts - both).fill('source'), ...Array<Fault>(both).fill('both')];
  const faults: Fault[] = Array<Fault>(kills - both).fill('relay');
  for (const [i, fault] of others.entries()) {
    faults.splice(Math.floor(((i + 0.5) * (kills + restarts)) / Math.max(1, restarts)), 0, fault);
  }
  return faults;
}

/** What the relay has; notes what it lacks of `done`, and what it has twice. */
async function inspect(
  folder: string,
  done: ReadonlyMap<string, string>,
  findings: { readonly lost: Set<string>; readonly doubled: Set<string> },
): Promise<Map<string, string>> {
  // What was on its way to the clients.
  await sleep(50);
  const known = [...done];
  const rows = new Map<string, string>();
  for await (const { name, value } of rowsIn(folder)) {
    if (rows.has(name)) findings.doubled.add(name);
    rows.set(name, value);
  }
  for (const [name, value] of known) if (rows.get(name) !== value) findings.lost.add(name);
  return rows;
}

async function* rowsIn(folder: string): AsyncGenerator<{ name: string; value: string }> {
  const { signal } = new AbortController();
  const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const relay = new Relay({ folder, log: quiet });
  await relay.open();
  try {
    if (relay.end.point === null) return;
    const log = relay.reader({ stopAtEnd: true });
    const source = transactions(log, {
      schemas: schemas(await nothingAttached()),
      spool: diskSpool(newFolder('spool')),
      start: (each, until) => each.tail(until),
    });
    for await (const transaction of source.read(await source.start(signal), signal)) {
      for (const change of changes(transaction)) {
        if (change.kind !== 'insert') continue;
        const { client, n, v } = change.after;
        yield { name: `${String(client)}-${String(n)}`, value: String(v) };
      }
      transaction.release();
    }
  } finally {
    await relay.close();
  }
}

export interface RelayKills {
  readonly kind: SemiSyncKind;
  readonly random: Random;
  readonly kills: number;
}

export interface RelayResult {
  readonly transactions: number;
  readonly files: number;
  readonly problems: readonly string[];
}

/**
 * A relay is killed while it writes what comes as fast as it can. In the end its files are those of the source, the real
 * tool finds every checksum right, and streams of relay and source have the same transactions.
 */
export async function killRelay({ kind, random, kills }: RelayKills): Promise<RelayResult> {
  await using server = await kind.start();
  await sql(server.url, ...kind.asynchronous);
  const folder = newFolder('relay');
  const subject = await Subject.create({ url: server.url, folder, semiSync: false });
  const load = new Load(server, random);
  try {
    for (let i = 0; i < kills; i++) {
      subject.start();
      await subject.said(/the relay is open/);
      await sleep(random.int(0, 400));
      await subject.kill();
    }
    await load.end();
    subject.start();
    await caughtUp(folder, server);
    await subject.kill();
    const { files, different } = await compareFiles(server, folder);
    await kind.verify(
      readdirSync(folder)
        .filter((name) => /\.\d{6}$/.test(name))
        .map((name) => join(folder, name)),
    );
    const relay = await openStored(folder);
    const ours = await transactionsIn(relayLog(relay, { stopAtEnd: true }));
    const theirs = await transactionsIn(serverLog({ address: parseServerUrl(server.url), stopAtEnd: true }));
    const problems = [
      ...different,
      ...(isDeepStrictEqual(ours, theirs) ? [] : [`${ours.length} transactions, and the source has ${theirs.length}`]),
    ];
    return { transactions: ours.length, files, problems };
  } finally {
    await subject.kill();
  }
}

async function caughtUp(folder: string, server: DatabaseServer): Promise<void> {
  const { file, offset } = await logEnd(server.url);
  const end = `${file} ${String(offset).padStart(16, '0')}\n`;
  // A server may log something of its own meanwhile.
  while (readFileSync(join(folder, 'relay.end'), 'utf8') < end) await sleep(50);
}

/** Relays that are killed in the middle of writing, and what is on the disk then. */
import { setTimeout as sleep } from 'node:timers/promises';
import { transactions } from '../../src/binlog/transactions.js';
import { changes } from '../../src/column/changes.js';
import { Relay } from '../../src/relay/relay.js';
import { schemas } from '../../src/schema/schemas.js';
import { diskSpool } from '../../src/source/spool.js';
import type { Random } from '../roundtrip/random.js';
import { nothingAttached } from '../schema/attached.js';
import { newFolder } from '../servers/runs.js';
import { sql } from '../source/reading.js';
import { Commits } from './commits.js';
import type { SemiSyncKind } from './sources.js';
import { Subject } from './subject.js';

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
  /** Whether in the end relay and source have the same rows. */
  readonly same: boolean;
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
      await commits.reached(Math.floor(((i + random.int(0, 99) / 100) * wanted) / faults.length));
      await sleep(random.int(0, 40));
      const down = [...(fault === 'source' ? [] : [subject.kill()]), ...(fault === 'relay' ? [] : [server.kill()])];
      await Promise.all(down);
      if (fault !== 'source') await inspect(folder, commits.done, findings);
      if (fault !== 'relay') await server.launch();
      if (fault !== 'source') subject.start();
    }
    await commits.ended();
    await sleep(200);
    await subject.kill();
    const rows = await inspect(folder, commits.done, findings);
    const logged = await sql(server.url, "SELECT CONCAT(client, '-', n), v FROM shop.t");
    return {
      committed: commits.done.size,
      kills: faults.filter((fault) => fault !== 'source').length + 1,
      restarts: faults.filter((fault) => fault !== 'relay').length,
      lost: [...findings.lost],
      doubled: [...findings.doubled],
      same: logged.length === rows.size && logged.every(([name, value]) => rows.get(String(name)) === value),
    };
  } finally {
    await subject.kill();
  }
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

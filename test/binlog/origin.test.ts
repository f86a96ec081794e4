/** Who changed rows and by which statement, as the servers' own programs tell it of the same files. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fileLog } from '../../src/source/files.js';
import { fixture } from '../fixtures/files.js';
import { stream } from '../roundtrip/stream.js';

it.each(['annotated-9.7', 'annotated-8.0', 'annotated-5.7', 'unchecked-11.8', 'unchecked-10.11'])(
  'knows thread, xid and statement in %s',
  async (name) => {
    const text = readFileSync(fixture(`${name}.txt`), 'latin1');
    const xids = new Set(
      [...text.matchAll(/end_log_pos \d+ (?:CRC32 \w+ )?\tXid = (\d+)$/gm)].map(([, xid]) => BigInt(xid!)),
    );
    const threads = new Set([...text.matchAll(/thread_id=(\d+)/g)].map(([, thread]) => Number(thread)));
    const queries = new Set([...text.matchAll(/^#(?:Q>)? (\w[^\n]*)$/gm)].map(([, sql]) => sql!));
    const found = { xids: new Set<bigint>(), threads: new Set<number>(), queries: new Set<string>() };
    let rowEvents = 0;
    for await (const { xid, threadId, entries } of stream(
      fileLog({ paths: [fixture(`${name}.binlog`)] }),
      named(name),
    )) {
      if (xid !== undefined) found.xids.add(xid);
      if (threadId !== undefined) found.threads.add(threadId);
      for (const entry of entries) {
        if (entry.kind !== 'rows') continue;
        rowEvents++;
        expect(queries).toContain(entry.query);
        found.queries.add(entry.query!);
      }
    }
    expect(rowEvents).toBeGreaterThan(2);
    expect(found.xids).toEqual(xids);
    if (name !== 'unchecked-10.11') expect(found.threads.size).toBeGreaterThan(0);
    for (const thread of found.threads) expect(threads).toContain(thread);
  },
);

function named(name: string) {
  return name.endsWith('5.7') ? { mode: { kind: 'none' } as const } : {};
}

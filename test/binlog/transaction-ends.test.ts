import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TransactionEnds } from '../../src/binlog/transaction-ends.js';
import { transactions } from '../../src/binlog/transactions.js';
import { formatGtid } from '../../src/core/gtid.js';
import { schemas } from '../../src/schema/schemas.js';
import { fileLog } from '../../src/source/files.js';
import { diskSpool } from '../../src/source/spool.js';

const FIXTURES = join(import.meta.dirname, '../fixtures');
/** Logs that streams can be made of. */
const LOGS = readdirSync(FIXTURES).filter((name) =>
  /^(shop|types|compressed|partial|unchecked)-.+\.binlog$/.test(name),
);
const never = new AbortController().signal;

const beginningOf = async (log: ReturnType<typeof fileLog>) => ({
  source: await log.identity(never),
  log: await log.tail(never),
  held: [],
});

test.each(LOGS)('in %s transactions end where streams say, and have the GTIDs that streams say', async (name) => {
  const spoolDir = mkdtempSync(join(tmpdir(), 'rowtide-ends-'));
  try {
    const log = fileLog({ paths: [join(FIXTURES, name)] });
    const ends = new TransactionEnds();
    const found = new Set<number>();
    for await (const { events, format } of log.read(await beginningOf(log), never)) {
      for (const event of events) if (ends.take(event, format)) found.add(event.end);
    }
    ends.settle();
    const source = transactions(log, {
      schemas: schemas({ kind: 'none' }),
      spool: diskSpool(spoolDir),
      start: (each, signal) => each.tail(signal),
    });
    let count = 0;
    for await (const transaction of source.read(await beginningOf(log), never)) {
      const { span, gtid } = transaction;
      count++;
      expect(found).toContain(span.end);
      // Nothing ends inside.
      expect([...found].filter((end) => end > span.start && end < span.end)).toEqual([]);
      if (gtid !== null && 'uuid' in gtid)
        expect(ends.logged).toSatisfy((logged) => logged.has(gtid), formatGtid(gtid));
      transaction.release();
    }
    expect(count).toBeGreaterThan(3);
  } finally {
    rmSync(spoolDir, { recursive: true });
  }
});

test('what was not settled is not logged', async () => {
  const log = fileLog({ paths: [join(FIXTURES, 'shop-9.7.binlog')] });
  const ends = new TransactionEnds();
  let settled = '';
  for await (const { events, format } of log.read(await beginningOf(log), never)) {
    for (const [i, event] of events.entries()) {
      const isEnd = ends.take(event, format);
      if (!isEnd || i > events.length / 2) continue;
      ends.settle();
      settled = String(ends.logged);
    }
  }
  expect(settled).not.toBe('');
  expect(String(ends.logged)).toBe(settled);
  ends.settle();
  expect(String(ends.logged)).not.toBe(settled);
});

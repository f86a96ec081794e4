import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { REUSED_BYTES_MAX } from '../../src/binlog/event-memory.js';
import { transactions } from '../../src/binlog/transactions.js';
import { changes } from '../../src/column/changes.js';
import type { Transaction } from '../../src/core/transaction.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { serverCatalog } from '../../src/schema/catalog.js';
import { schemas } from '../../src/schema/schemas.js';
import { DumpFraming } from '../../src/source/framing.js';
import { ReceiveMemory } from '../../src/source/receive-memory.js';
import { serverLog } from '../../src/source/server.js';
import { diskSpool } from '../../src/source/spool.js';
import { Random, seedOf } from '../roundtrip/random.js';
import { needs, sharedMysql } from '../servers/suite.js';
import { never, sql } from './reading.js';

/** Receives so many bytes of one value; where they lie. */
function receive(memory: ReceiveMemory, value: number, bytes: number): Buffer {
  const room = memory.room();
  const received = room.subarray(0, bytes).fill(value);
  memory.received(bytes);
  return received;
}

test('what comes in small pieces lies behind each other', () => {
  const memory = new ReceiveMemory({ isReused: true });
  const first = receive(memory, 1, 1000);
  const second = receive(memory, 2, 1000);
  expect(second.buffer).toBe(first.buffer);
  expect(second.byteOffset).toBe(first.byteOffset + 1000);
});

test('nothing is written to again before its reader is done with it', () => {
  const memory = new ReceiveMemory({ isReused: true });
  const received = Array.from({ length: 8 }, (_, i) => receive(memory, i, REUSED_BYTES_MAX));
  expect(received.map((bytes) => bytes[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(new Set(received.map(({ buffer }) => buffer)).size).toBe(8);
});

test('blocks are used again when all before a number is done, and the one that is being filled is not among them', () => {
  const memory = new ReceiveMemory({ isReused: true });
  const [first, second] = [receive(memory, 1, REUSED_BYTES_MAX), receive(memory, 2, REUSED_BYTES_MAX)];
  const third = receive(memory, 3, 1000);
  expect(memory.filling).toBe(2);
  memory.release(memory.filling);
  memory.release(memory.filling);
  const fourth = receive(memory, 4, REUSED_BYTES_MAX - 1000);
  expect(fourth.buffer).toBe(third.buffer);
  expect(third[0]).toBe(3);
  const later = [receive(memory, 5, REUSED_BYTES_MAX), receive(memory, 6, REUSED_BYTES_MAX)];
  expect(new Set(later.map(({ buffer }) => buffer))).toEqual(new Set([first!.buffer, second!.buffer]));
});

test('what may be kept for ever is never written to again, and nothing is held for it', () => {
  const memory = new ReceiveMemory({ isReused: false });
  const received = Array.from({ length: 8 }, (_, i) => receive(memory, i, 60 * 1024));
  memory.release(memory.filling);
  expect(new Set(received.map(({ buffer }) => buffer)).size).toBe(8);
  receive(memory, 9, 60 * 1024);
  expect(received.map((bytes) => bytes[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('events of all sizes are whole until their reader asks for the next ones, and memory is bounded', () => {
  const random = new Random(seedOf('memory of events of all sizes'));
  const memory = new ReceiveMemory({ isReused: true });
  const used = new Set<ArrayBufferLike>();
  let queue: Buffer[] = [];
  let held: { events: Buffer[]; filling: number } | null = null;
  let seen = 0;
  const event = (bytes: Buffer, from: number, to: number): void => {
    used.add(bytes.buffer);
    queue.push(bytes.subarray(from, to));
  };
  const framing = new DumpFraming(
    { event, end: () => undefined, error: () => undefined },
    { eventBytesMax: 2 ** 30, memory: () => memory },
  );
  /** As the reader of a dump: what it has may go once it asks for more. */
  const read = (): void => {
    if (held === null) {
      held = { events: queue, filling: memory.filling };
      queue = [];
      return;
    }
    const { events, filling } = held;
    const isWhole = (bytes: Buffer): boolean => bytes.equals(eventOf(bytes.readUInt32LE(0), bytes.length));
    expect(events.every(isWhole)).toBe(true);
    seen += events.length;
    memory.release(filling);
    held = null;
  };
  const sizes = Array.from({ length: 400 }, () =>
    random.chance(0.5) ? random.int(20, 2000) : random.int(20, 600_000),
  );
  let room = memory.room();
  for (const [i, size] of sizes.entries()) {
    for (let left = packetOf(eventOf(i, size)); left.length > 0; ) {
      const length = Math.min(left.length, room.length, random.int(1, 2 ** 17));
      left.copy(room, 0, 0, length);
      left = left.subarray(length);
      memory.received(length);
      framing.execute(Buffer.from(room.buffer, room.byteOffset, length));
      room = memory.room();
      if (random.chance(0.8)) read();
    }
  }
  expect(seen).toBeGreaterThan(300);
  expect([...used].reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(16 * 2 ** 20);
});

/** An event as far as its length and number tell it from others. */
function eventOf(number: number, length: number): Buffer {
  const bytes = Buffer.alloc(length, number % 251);
  bytes.writeUInt32LE(number);
  bytes.writeUInt32LE(length, 9);
  return bytes;
}

function packetOf(event: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeUIntLE(event.length + 1, 0, 3);
  return Buffer.concat([header, event]);
}

needs('mysql').test(
  'transactions keep their rows until they are released, though the socket writes to its memory again',
  async () => {
    const { url } = await sharedMysql('9.7');
    const log = serverLog({ address: parseServerUrl(url), reusesMemory: true, stopAtEnd: true });
    const from = { source: await log.identity(never), log: await log.head(never), held: [] };
    const numbers = 'WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000)';
    const insert = (i: number): string =>
      `INSERT INTO reused.item ${numbers} SELECT ${i} * 1000 + n, REPEAT(SHA2(${i} * 1000 + n, 256), 6), REPEAT(UNHEX(SHA2(n, 256)), 3) FROM numbers`;
    await sql(
      url,
      'DROP DATABASE IF EXISTS reused',
      'CREATE DATABASE reused',
      'USE reused',
      'CREATE TABLE reused.item (id INT PRIMARY KEY, text VARCHAR(400), bytes VARBINARY(100))',
      ...Array.from({ length: TRANSACTIONS }, (_, i) => insert(i)),
    );
    const source = transactions(log, {
      schemas: schemas({ kind: 'assume-current', catalog: serverCatalog(parseServerUrl(url), never) }),
      spool: diskSpool(tmpdir()),
      start: (each, signal) => each.head(signal),
    });
    const waiting: Transaction[] = [];
    const values: string[] = [];
    const read = (transaction: Transaction): void => {
      for (const change of changes(transaction)) if (change.kind === 'insert') values.push(describe(change.after));
      transaction.release();
    };
    for await (const transaction of source.read(from, never)) {
      waiting.push(transaction);
      if (waiting.length > WAITING) read(waiting.shift()!);
    }
    for (const transaction of waiting) read(transaction);
    const expected = await sql(url, 'SELECT id, SHA2(CONCAT(text, HEX(bytes)), 256) FROM reused.item ORDER BY id');
    expect(values).toEqual(expected.map((row) => row.join(' ')));
  },
);

/** 4 MB in all, a block of memory each half of them. */
const TRANSACTIONS = 8;
const WAITING = 4;

function describe(row: Readonly<Record<string, unknown>>): string {
  const { id, text, bytes } = row as { id: number; text: string; bytes: Uint8Array };
  const hash = createHash('sha256').update(text).update(Buffer.from(bytes).toString('hex').toUpperCase());
  return `${id} ${hash.digest('hex')}`;
}

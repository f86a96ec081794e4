import { expect, test } from 'vitest';
import { EventMemory, type HeldBlock, lasting, REUSED_BYTES_MAX } from '../../src/binlog/event-memory.js';
import { PIECE_BYTES_MAX } from '../../src/binlog/memory-pool.js';
import type { RawEvent } from '../../src/core/event.js';

const eventOf = (fill: number, length = 100): RawEvent => ({
  type: 30,
  timestamp: 1,
  serverId: 2,
  flags: 3,
  bytes: Buffer.alloc(length, fill),
  start: 4,
  end: 5,
});
const THIRD = Math.ceil(REUSED_BYTES_MAX / 3);

test('what is kept outlives the bytes that it came in', () => {
  const memory = new EventMemory();
  const event = eventOf(7);
  const kept = memory.keep(event, []);
  expect(kept).toEqual(event);
  event.bytes.fill(0);
  expect(kept.bytes).toEqual(Buffer.alloc(100, 7));
});

test('memory is used again when all who hold a part of it have released it', () => {
  const memory = new EventMemory();
  const [first, second, third]: HeldBlock[][] = [[], [], []];
  const a = memory.keep(eventOf(1, THIRD), first!);
  memory.keep(eventOf(2, THIRD), second!);
  memory.keep(eventOf(3, THIRD), second!);
  expect(second).toHaveLength(2);
  memory.release(first!);
  expect(a.bytes[0]).toBe(1);
  memory.release(second!);
  // The block that `second` had filled last is free at once, the other one comes behind it.
  const again = [1, 2, 3].map((fill) => memory.keep(eventOf(fill + 10, THIRD), third!));
  expect(again.map(({ bytes }) => bytes[0])).toEqual([11, 12, 13]);
  expect(new Set(again.map(({ bytes }) => bytes.buffer)).has(a.bytes.buffer)).toBe(true);
  expect(a.bytes[0]).not.toBe(1);
});

test('a second release takes nothing from others', () => {
  const memory = new EventMemory();
  const [first, second]: HeldBlock[][] = [[], []];
  memory.keep(eventOf(1), first!);
  const b = memory.keep(eventOf(2), second!);
  memory.release(first!);
  memory.release(first!);
  memory.keep(eventOf(3, THIRD), []);
  expect(b.bytes).toEqual(Buffer.alloc(100, 2));
});

test('an event that is larger than a block has a piece of its own, which is used again as well', () => {
  const memory = new EventMemory();
  const [first, second]: HeldBlock[][] = [[], []];
  const a = memory.keep(eventOf(1, REUSED_BYTES_MAX + 1), first!);
  const b = memory.keep(eventOf(2, REUSED_BYTES_MAX + 1), second!);
  expect(a.bytes.equals(Buffer.alloc(REUSED_BYTES_MAX + 1, 1))).toBe(true);
  memory.release(first!);
  memory.release(first!);
  const again = [3, 4].map((fill) => memory.keep(eventOf(fill, REUSED_BYTES_MAX + 1000), []));
  expect(again.map(({ bytes }) => bytes.buffer === a.bytes.buffer)).toEqual([true, false]);
  expect(again.map(({ bytes }) => [bytes.length, bytes[0]])).toEqual([
    [REUSED_BYTES_MAX + 1000, 3],
    [REUSED_BYTES_MAX + 1000, 4],
  ]);
  expect(b.bytes.equals(Buffer.alloc(REUSED_BYTES_MAX + 1, 2))).toBe(true);
});

test('an event that is too large for memory that is used again is not copied', () => {
  const event = eventOf(1, PIECE_BYTES_MAX + 1);
  expect(new EventMemory().keep(event, [])).toBe(event);
});

test('what is needed longer than its block is copied only where blocks are used again', () => {
  const event = eventOf(1);
  expect(lasting(event, null)).toBe(event);
  expect(lasting(event, new EventMemory())).toEqual(event);
  expect(lasting(event, new EventMemory()).bytes.buffer).not.toBe(event.bytes.buffer);
});

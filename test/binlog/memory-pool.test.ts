import { expect, test } from 'vitest';
import { MemoryPool, PIECE_BYTES_MAX, pieceBytes } from '../../src/binlog/memory-pool.js';

test('pieces are powers of two, up to a bound', () => {
  expect([1, 4096, 4097, 500_000, PIECE_BYTES_MAX, PIECE_BYTES_MAX + 1].map(pieceBytes)).toEqual([
    4096,
    4096,
    8192,
    2 ** 19,
    PIECE_BYTES_MAX,
    PIECE_BYTES_MAX + 1,
  ]);
});

test('a piece is taken by one at a time, and again once it was given back', () => {
  const pool = new MemoryPool();
  const [a, b] = [pool.take(5000), pool.take(6000)];
  pool.give(a);
  const others = [10_000, 8000, 8000].map((bytes) => pool.take(bytes));
  expect(others.map((piece) => piece === a)).toEqual([false, true, false]);
  expect([a, ...others].includes(b)).toBe(false);
});

test('no more than so much lies unused, and nothing of what is too large', () => {
  const pool = new MemoryPool();
  const huge = pool.take(PIECE_BYTES_MAX + 1);
  pool.give(huge);
  expect(pool.take(PIECE_BYTES_MAX + 1) === huge).toBe(false);
  const pieces = Array.from({ length: 5 }, () => pool.take(PIECE_BYTES_MAX / 4));
  for (const piece of pieces) pool.give(piece);
  const again = Array.from({ length: 5 }, () => pool.take(PIECE_BYTES_MAX / 4));
  expect(pieces.map((piece) => again.includes(piece))).toEqual([false, true, true, true, true]);
});

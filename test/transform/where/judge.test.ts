import { describe, expect, test } from 'vitest';
import { ABSENT_CELL, type Image, NULL_CELL } from '../../../src/core/image.js';
import type { Table } from '../../../src/core/table.js';
import { parseCondition } from '../../../src/transform/where/condition.js';
import { FALSE, judgeOf, TRUE, UNKNOWN, UNTOLD } from '../../../src/transform/where/judge.js';
import { table, types } from '../table.js';

const orders = table('shop', 'orders', [
  ['a', types.TINY],
  ['b', types.TINY],
  ['Name', types.VARCHAR],
  ['doc', types.JSON_DOCUMENT],
  ['born', types.DATE],
]);

/** An image of two TINYINT; null is NULL, undefined is absent. */
function image(...cells: readonly (number | null | undefined)[]): Image {
  const at = orders.columns.map((_, i) => {
    const cell = cells[i];
    return cell === undefined ? ABSENT_CELL : cell === null ? NULL_CELL : i;
  });
  return {
    bytes: Buffer.from(cells.map((cell) => cell ?? 0)),
    at: Int32Array.from(at),
    end: Int32Array.from(at, (each) => each + 1),
  };
}

const judge = (condition: string, of: Table = orders) => judgeOf(parseCondition(condition), of);

describe('where a column is not in the image', () => {
  test.each([
    ['a = 1', UNTOLD],
    ['a is null', UNTOLD],
    ['not a = 1', UNTOLD],
    ['a = 1 and b = 2', UNTOLD],
    ['a = 1 and b = 3', FALSE],
    ['a = 1 or b = 2', TRUE],
    ['a = 1 or b = 3', UNTOLD],
    ['a = 1 and b = NULL', UNTOLD],
    ['a = 1 or b = NULL', UNTOLD],
    ['b = NULL or a = 1', UNTOLD],
    ['a = NULL', UNKNOWN],
  ])('%s is told by the others, or not at all', (condition, truth) => {
    expect(judge(condition)(image(undefined, 2), null)).toBe(truth);
  });

  test('an after image has the value from before, since it leaves out what did not change', () => {
    expect(judge('a = 1 and b = 2')(image(undefined, 2), image(1, 7))).toBe(TRUE);
    expect(judge('a is null')(image(undefined, 2), image(null, 7))).toBe(TRUE);
    expect(judge('a = 1')(image(undefined, 2), image(undefined, 7))).toBe(UNTOLD);
  });
});

test('unknown stays unknown under NOT, and gives way to what is certain', () => {
  const row = image(null, 2);
  expect(judge('not a = 1')(row, null)).toBe(UNKNOWN);
  expect(judge('a = 1 or b = 2')(row, null)).toBe(TRUE);
  expect(judge('a = 1 and b = 3')(row, null)).toBe(FALSE);
  expect(judge('a <=> 1')(row, null)).toBe(FALSE);
  expect(judge('a <=> null')(row, null)).toBe(TRUE);
});

describe('a condition has to fit its table', () => {
  test('names of columns are found whatever their case', () => {
    expect(judge('A = 1 and NAME is null')(image(1, 2, null), null)).toBe(TRUE);
  });

  test.each([
    ['c = 1', 'the row filter of shop.orders names the column c, and the table has a, b, Name, doc, born'],
    ['c is null', 'names the column c'],
    ["a = '1'", 'shop.orders.a is TINYINT, which is compared with a number, without quotes'],
    ["a like '1%'", 'shop.orders.a is TINYINT, which has no text for LIKE'],
    ['name = 1', 'shop.orders.Name is VARCHAR, which is compared with a text in quotes'],
    ["doc = '{}'", 'shop.orders.doc is JSON, which is not compared so'],
    ["doc like '{}'", 'shop.orders.doc is JSON, which is not compared so'],
    ["born = 'yesterday'", "shop.orders.born is DATE, which is compared with a text like '2026-11-20'"],
    ["born > '2026-13-01'", 'shop.orders.born is DATE'],
  ])('%s does not', (condition, message) => {
    expect(() => judge(condition)).toThrow(
      expect.objectContaining({ code: 'FILTER_MISMATCH', message: expect.stringContaining(message) }),
    );
  });
});

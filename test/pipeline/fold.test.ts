import { describe, expect, test } from 'vitest';
import { decodePosition, encodePosition } from '../../src/checkpoint/position.js';
import { GtidSet } from '../../src/core/gtid.js';
import { MariaGtids, parseMariaGtid } from '../../src/core/maria-gtid.js';
import type { Position } from '../../src/core/position.js';
import type { PreparedXa, Transaction } from '../../src/core/transaction.js';
import { PositionFold } from '../../src/pipeline/fold.js';
import { gtidOf, offsetAfter, positionAfter, transactionOf } from '../../src/testing/transactions.js';
import fc from '../properties.js';

const transaction = (sequence: number, facts: Partial<Transaction> = {}) => transactionOf(sequence, [], facts);

const prepared = (sequence: number): PreparedXa => ({
  xid: `X'${sequence}',X'',1`,
  gtid: gtidOf(sequence),
  span: { file: 'binlog.000001', start: sequence * 1000, end: (sequence + 1) * 1000 },
});

function folded(from: ReturnType<typeof positionAfter>, ...transactions: readonly Transaction[]): object {
  const fold = new PositionFold(from);
  for (const each of transactions) fold.add(each);
  return encodePosition(fold.take());
}

describe('a position moves', () => {
  test('by GTID, keeping gaps', () => {
    expect(folded(positionAfter(2), transaction(3), transaction(5), transaction(6))).toMatchObject({
      log: { gtid: '7e57ab1e-0000-4000-8000-000000000001:1-3:5-6' },
    });
  });

  test('by file and offset, to the end of the last transaction', () => {
    const next = transaction(9, { gtid: null, span: { file: 'binlog.000002', start: 4, end: 5 * 2 ** 32 } });
    expect(folded(offsetAfter(1), transaction(2), next)).toMatchObject({
      log: { file: 'binlog.000002', offset: 5 * 2 ** 32 },
    });
  });

  test('by thousands of GTIDs that nobody asked about meanwhile', () => {
    const odd = Array.from({ length: 3500 }, (_, i) => 2 * i + 5);
    const executed = positionAfter(2).log as { executed: GtidSet };
    expect(folded(positionAfter(2), ...odd.map((sequence) => transaction(sequence)))).toMatchObject({
      log: { gtid: executed.executed.with(odd.map(gtidOf)).toString() },
    });
    const fold = new PositionFold(positionAfter(2));
    for (const sequence of odd.slice(0, 1000)) fold.add(transaction(sequence));
    expect(fold.moved).toBe(true);
  });

  test('not at all without transactions', () => {
    const fold = new PositionFold(positionAfter(3));
    expect(fold.moved).toBe(false);
    expect(fold.take()).toEqual(positionAfter(3));
  });

  test('never by a transaction without GTID, where positions are GTID sets', () => {
    expect(() => folded(positionAfter(1), transaction(2, { gtid: null }))).toThrow('at binlog.000001:2000 has no GTID');
  });

  test('the same however transactions are cut into batches', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 })), fc.array(fc.boolean()), (sequences, cuts) => {
        const fold = new PositionFold(positionAfter(0));
        for (const [i, sequence] of sequences.entries()) {
          fold.add(transaction(sequence));
          if (cuts[i] === true) fold.take();
        }
        const executed = GtidSet.of(...sequences.map(gtidOf)).toString();
        expect(encodePosition(fold.take())).toMatchObject({ log: { gtid: executed } });
      }),
    );
  });
});

describe('a prepared transaction', () => {
  test('is held, and its GTID is not executed before its commit', () => {
    expect(folded(positionAfter(1), transaction(3, { held: [prepared(2)] }))).toEqual({
      source: positionAfter(0).source,
      log: { gtid: '7e57ab1e-0000-4000-8000-000000000001:1:3' },
      held: [{ xid: "X'2',X'',1", file: 'binlog.000001', start: 2000, gtid: '7e57ab1e-0000-4000-8000-000000000001:2' }],
    });
  });

  test('is executed together with its commit', () => {
    const commit = transaction(4, { prepared: prepared(2) });
    expect(folded(positionAfter(1), transaction(3, { held: [prepared(2)] }), commit)).toEqual(
      encodePosition(positionAfter(4)),
    );
  });
});

describe('a position of MariaDB', () => {
  const from = (text: string): Position => ({
    source: { flavour: 'mariadb', id: 'server-id:1' },
    log: { kind: 'mariadb-gtid', executed: MariaGtids.parse(text) },
    held: [],
  });
  const of = (gtid: string, facts: Partial<Transaction> = {}) =>
    transaction(1, { gtid: parseMariaGtid(gtid), ...facts });
  const preparedAs = (gtid: string, previous: string): PreparedXa => ({
    ...prepared(2),
    gtid: parseMariaGtid(gtid),
    previous: MariaGtids.parse(previous),
  });

  test('moves to the last GTID of each domain in log order, whatever its number', () => {
    expect(folded(from('0-1-5,1-1-1'), of('0-1-9'), of('0-2-7'), of('2-1-1'))).toMatchObject({
      log: { gtid: '0-2-7,1-1-1,2-1-1' },
    });
  });

  test('passes what is prepared, and keeps what lies in front of it', () => {
    expect(folded(from('0-1-5'), of('0-1-7', { held: [preparedAs('0-1-6', '0-1-5')] }))).toMatchObject({
      log: { gtid: '0-1-7' },
      held: [{ gtid: '0-1-6', previous: '0-1-5' }],
    });
  });

  test('does not go back to what was prepared, and goes on to it where its domain did not', () => {
    const commit = of('1-1-1', { prepared: preparedAs('0-1-6', '0-1-5') });
    expect(folded(from('0-1-5'), of('0-1-7'), commit)).toMatchObject({ log: { gtid: '0-1-7,1-1-1' }, held: [] });
    expect(folded(from('0-1-5'), commit)).toMatchObject({ log: { gtid: '0-1-6,1-1-1' } });
  });

  test('comes back from a checkpoint', () => {
    const position = { ...from('0-1-5,1-2-3'), held: [] };
    const fail = (reason: string): Error => new Error(reason);
    expect(decodePosition(JSON.parse(JSON.stringify(encodePosition(position))), fail)).toEqual(position);
  });
});

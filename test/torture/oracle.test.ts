import { describe, expect, it } from 'vitest';
import type { DeliveredChange } from './delivered.js';
import { type Evidence, judge } from './oracle.js';

/** account/1 is inserted and updated, account/2 inserted and deleted, then a statement. */
const LOGGED = [change(1, 0, 'insert', 1, 1), change(1, 1, 'insert', 2, 1), change(2, 0, 'update', 1, 2)]
  .concat(change(3, 0, 'delete', 2, 1))
  .concat({ ...change(4, 0, 'insert', 0, 0), op: 'statement', table: '', id: '', version: '' });

function change(gtid: number, row: number, op: DeliveredChange['op'], id: number, version: number): DeliveredChange {
  const text = `${gtid}/${row}`;
  return {
    gtid: `u:${gtid}`,
    row,
    op,
    table: 'account',
    id: `${id}`,
    version: `${version}`,
    body: `b${version}`,
    text,
  };
}

function verdictOn(changes: readonly DeliveredChange[], evidence: Partial<Evidence> = {}) {
  const { repeats, findings } = judge({
    logged: LOGGED,
    tables: new Map([['account/1', '2/b2']]),
    acknowledged: new Set(),
    delivered: { changes, torn: [] },
    exactlyOnce: true,
    ...evidence,
  });
  return { repeats, violations: findings.map(({ violation, count }) => `${count} ${violation}`) };
}

const [first, second, third, fourth, fifth] = LOGGED as [DeliveredChange, ...DeliveredChange[]] & DeliveredChange[];

describe('the oracle of the torture', () => {
  it('finds nothing where everything came once and in order', () => {
    expect(verdictOn(LOGGED)).toEqual({ repeats: 0, violations: [] });
  });

  it('counts repeats, and forgives them only where they were not ruled out', () => {
    const repeated = [first!, second!, third!, first!, second!, third!, fourth!, fifth!];
    expect(verdictOn(repeated, { exactlyOnce: false })).toEqual({ repeats: 3, violations: [] });
    expect(verdictOn(repeated)).toEqual({ repeats: 3, violations: ['3 repeated'] });
  });

  it('misses a change, also a statement', () => {
    expect(verdictOn([first!, second!, third!, fourth!]).violations).toEqual(['1 missing']);
    expect(verdictOn([first!, second!, fourth!, fifth!]).violations).toEqual([
      '1 missing',
      '1 that leave another row than the table has',
    ]);
  });

  it('knows the order of each key, and of everything where nothing may repeat', () => {
    const otherKeyFirst = [second!, first!, third!, fourth!, fifth!];
    expect(verdictOn(otherKeyFirst, { exactlyOnce: false }).violations).toEqual([]);
    expect(verdictOn(otherKeyFirst).violations).toEqual(['1 out of order']);
    const sameKey = [third!, first!, second!, fourth!, fifth!];
    expect(verdictOn(sameKey, { exactlyOnce: false }).violations).toContain('1 out of order');
  });

  it('compares what is delivered with the log, with its repeats and with the tables', () => {
    const wrong = { ...third!, version: '3' };
    expect(verdictOn([first!, second!, wrong, fourth!, fifth!]).violations).toEqual([
      '1 different from the log',
      '1 that leave another row than the table has',
    ]);
    const changed = { ...first!, text: 'other' };
    expect(verdictOn([...LOGGED, changed], { exactlyOnce: false }).violations).toEqual([
      '1 different from their first delivery',
    ]);
    expect(verdictOn([...LOGGED, change(9, 0, 'delete', 7, 1)]).violations).toEqual(['1 that never happened']);
  });

  it('misses what the server acknowledged, and sees torn lines', () => {
    expect(verdictOn(LOGGED, { acknowledged: new Set([7]) }).violations).toEqual(['1 acknowledged, but missing']);
    expect(verdictOn(LOGGED, { delivered: { changes: LOGGED, torn: ['{"op":'] } }).violations).toEqual(['1 torn']);
  });
});

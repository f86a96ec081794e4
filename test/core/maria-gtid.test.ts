import { describe, expect, it } from 'vitest';
import { isMariaGtids, type MariaGtid, MariaGtids, parseMariaGtid } from '../../src/core/maria-gtid.js';
import fc from '../properties.js';

const gtid = fc.record({
  domain: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant(2 ** 32 - 1)),
  server: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constant(2 ** 32 - 1)),
  sequence: fc.oneof(fc.bigInt({ min: 1n, max: 20n }), fc.bigInt({ min: 1n, max: 2n ** 64n - 1n })),
});
const gtids = fc.array(gtid, { maxLength: 8 });
const position = gtids.map((list) => MariaGtids.of(...list));

/** What a position means, domain by domain: how far it is. */
const model = (each: MariaGtids): Map<number, bigint> =>
  new Map([...each].map(({ domain, sequence }) => [domain, sequence]));

describe('MariaGtids', () => {
  it('parses what it prints, by domain', () => {
    expect(MariaGtids.parse(' 10-2-5, 2-1-100 ').toString()).toBe('2-1-100,10-2-5');
    expect(MariaGtids.parse('').isEmpty).toBe(true);
    fc.assert(fc.property(position, (each) => MariaGtids.parse(each.toString()).equals(each)));
  });

  it('keeps the last GTID of a domain in log order, whatever its number', () => {
    expect(
      MariaGtids.parse('0-1-100')
        .with([parseMariaGtid('0-2-50')])
        .toString(),
    ).toBe('0-2-50');
    fc.assert(
      fc.property(position, gtids, (before, added) => {
        const after = before.with(added);
        for (const { domain } of [...before, ...added]) {
          const last = added.findLast((each) => each.domain === domain) ?? before.get(domain);
          expect(after.get(domain)).toEqual(last);
        }
      }),
    );
  });

  it('has what lies at or before the number of the domain', () => {
    fc.assert(
      fc.property(position, gtid, (each, one: MariaGtid) => {
        expect(each.has(one)).toBe(one.sequence <= (model(each).get(one.domain) ?? 0n));
      }),
    );
  });

  it('unites and subtracts as sets of all transactions up to its numbers do', () => {
    fc.assert(
      fc.property(position, position, (left, right) => {
        const [a, b] = [model(left), model(right)];
        const domains = [...new Set([...a.keys(), ...b.keys()])];
        const max = (x: bigint, y: bigint): bigint => (x > y ? x : y);
        const united = model(left.union(right));
        for (const domain of domains) expect(united.get(domain)).toBe(max(a.get(domain) ?? 0n, b.get(domain) ?? 0n));
        expect(new Set(model(left.minus(right)).keys())).toEqual(
          new Set([...a.keys()].filter((domain) => a.get(domain)! > (b.get(domain) ?? 0n))),
        );
        expect(left.includes(right)).toBe(domains.every((domain) => (a.get(domain) ?? 0n) >= (b.get(domain) ?? 0n)));
        expect(left.union(right).includes(left) && left.union(right).includes(right)).toBe(true);
        expect(left.minus(left).isEmpty && right.includes(MariaGtids.empty)).toBe(true);
      }),
    );
  });

  it('is a value', () => {
    const one = MariaGtids.parse('0-1-1');
    one.with([parseMariaGtid('0-1-2')]);
    one.union(MariaGtids.parse('1-1-1'));
    expect(`${one.toString()} ${JSON.stringify(one)}`).toBe('0-1-1 "0-1-1"');
  });

  it.each([
    ['0-1', 'it is not domain-server-sequence'],
    ['0-1-x', 'it is not domain-server-sequence'],
    ['4294967296-1-1', 'a number is too large'],
    ['0-1-18446744073709551616', 'a number is too large'],
    ['0-1-1,0-2-2', 'the domain 0 is named twice'],
  ])('refuses %s', (text, why) => {
    expect(() => MariaGtids.parse(text)).toThrow(why);
  });

  it('is told from GTID sets of MySQL', () => {
    expect(['0-1-100', '0-1-100,1-2-5', ' 0-1-100, '].map(isMariaGtids)).toEqual([true, true, true]);
    expect(['', '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5', 'binlog.000001:4', 'now'].map(isMariaGtids)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

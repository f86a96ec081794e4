import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ByteReader } from '../../src/binlog/bytes.js';
import { decodeGtidSet, encodeGtidSet } from '../../src/binlog/gtid-set.js';
import { RowtideError } from '../../src/core/errors.js';
import { formatGtid, type Gtid, GtidSet } from '../../src/core/gtid.js';
import { Connection } from '../../src/mysql/connect.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import fc from '../properties.js';
import { scaled, seedOf } from '../roundtrip/random.js';
import { needs, sharedMysql } from '../servers/suite.js';

const UUIDS = [
  '3e11fa47-71ca-11e1-9e33-c80aa9429562',
  '00000000-0000-0000-0000-000000000001',
  'ffffffff-ffff-4fff-8fff-ffffffffffff',
];
const TAGS = ['', 'a', 'tag_2', '_under', 'z'.repeat(32)];

const PAIRS = 2000;
const BATCH = 100;
const LARGE = 100_000;

/** Few and small numbers, so that intervals touch, overlap and leave gaps. */
const gtid = (tags: readonly string[] = TAGS): fc.Arbitrary<Gtid> =>
  fc.record({
    uuid: fc.constantFrom(...UUIDS),
    tag: fc.constantFrom(...tags),
    sequence: fc.oneof(fc.bigInt({ min: 1n, max: 24n }), fc.bigInt({ min: 2n ** 63n - 4n, max: 2n ** 63n - 2n })),
  });
const gtids = (tags?: readonly string[]): fc.Arbitrary<Gtid[]> => fc.array(gtid(tags), { maxLength: 40 });

const textOf = (items: readonly Gtid[]): string => items.map(formatGtid).join(',');

/** The model: a set of texts, one for each GTID. */
const modelOf = (items: readonly Gtid[]): Set<string> => new Set(items.map(formatGtid));
const expand = (set: GtidSet): Set<string> => {
  const texts = new Set<string>();
  for (const { uuid, tag, first, last } of set.intervals()) {
    for (let sequence = first; sequence <= last; sequence++) texts.add(formatGtid({ uuid, tag, sequence }));
  }
  return texts;
};

describe('a set of GTIDs is a set', () => {
  it('holds what was put into it, in any order and any portions', () => {
    fc.assert(
      fc.property(gtids(), gtids(), gtid(), (left, right, other) => {
        const set = GtidSet.of(...left).with(right);
        const model = modelOf([...left, ...right]);
        expect(expand(set)).toEqual(model);
        expect(set.has(other)).toBe(model.has(formatGtid(other)));
        expect(set.isEmpty).toBe(model.size === 0);
      }),
    );
  });

  it('unites, subtracts and compares', () => {
    fc.assert(
      fc.property(gtids(), gtids(), (left, right) => {
        const [a, b] = [GtidSet.of(...left), GtidSet.of(...right)];
        const [modelA, modelB] = [modelOf(left), modelOf(right)];
        expect(expand(a.union(b))).toEqual(new Set([...modelA, ...modelB]));
        expect(expand(a.minus(b))).toEqual(new Set([...modelA].filter((each) => !modelB.has(each))));
        expect(a.includes(b)).toBe([...modelB].every((each) => modelA.has(each)));
        expect(a.equals(b)).toBe(modelA.size === modelB.size && [...modelB].every((each) => modelA.has(each)));
        expect(a.minus(b).union(b).equals(a.union(b))).toBe(true);
      }),
    );
  });

  it('does not change when others are made of it', () => {
    fc.assert(
      fc.property(gtids(), gtids(), (left, right) => {
        const set = GtidSet.of(...left);
        const text = set.toString();
        set.with(right);
        set.union(GtidSet.of(...right));
        set.minus(GtidSet.of(...right));
        expect(set.toString()).toBe(text);
      }),
    );
  });

  it('has one form: intervals in order, none that touch', () => {
    fc.assert(
      fc.property(gtids(), (items) => {
        let before = { origin: '', last: 0n };
        for (const { uuid, tag, first, last } of GtidSet.of(...items).intervals()) {
          const origin = `${uuid}:${tag}`;
          expect(origin >= before.origin && last >= first).toBe(true);
          if (origin === before.origin) expect(first > before.last + 1n).toBe(true);
          before = { origin, last };
        }
      }),
    );
  });

  it('reads what it prints, and prints the same whatever the order was', () => {
    fc.assert(
      fc.property(gtids(), (items) => {
        const set = GtidSet.of(...items);
        expect(GtidSet.parse(set.toString()).toString()).toBe(set.toString());
        expect(GtidSet.of(...items.toReversed()).toString()).toBe(set.toString());
        expect(GtidSet.fromIntervals(set.intervals()).toString()).toBe(set.toString());
      }),
    );
  });
});

describe('text', () => {
  const uuid = UUIDS[0]!;

  it.each([
    ['', ''],
    [`${uuid}:1`, `${uuid}:1`],
    [`${uuid}:1-3:4-5:7`, `${uuid}:1-5:7`],
    [`\n ${uuid.toUpperCase()}:5:1-2 ,\n ${UUIDS[1]}:1,`, `${UUIDS[1]}:1,${uuid}:1-2:5`],
    [`${uuid}:TAG:3:1:other:1,${uuid}:9`, `${uuid}:9:other:1:tag:1:3`],
    [`${uuid}:1-9223372036854775806`, `${uuid}:1-9223372036854775806`],
  ])('reads %j as %j', (text, normal) => {
    expect(GtidSet.parse(text).toString()).toBe(normal);
  });

  it.each([
    'nonsense',
    uuid,
    `${uuid}:`,
    `${uuid}:0`,
    `${uuid}:5-4`,
    `${uuid}:1-`,
    `${uuid}:-1`,
    `${uuid}:1.5`,
    `${uuid}:tag`,
    `${uuid}:1tag:1`,
    `${uuid}:${'t'.repeat(33)}:1`,
    `${uuid}:9223372036854775808`,
    `${uuid.slice(1)}:1`,
    '0-1-100',
  ])('refuses %j, and names it', (text) => {
    expect(() => GtidSet.parse(`${UUIDS[1]}:1,${text}`)).toThrow(RowtideError);
    expect(() => GtidSet.parse(text)).toThrow(JSON.stringify(text));
  });
});

/** With tags, which MySQL 5.7 does not know, and without. */
const SERVERS = [
  { version: '9.7', kind: 'mysql', tags: TAGS },
  { version: '5.7', kind: 'mysql57', tags: [''] },
] as const;

for (const { version, kind, tags } of SERVERS) {
  needs(kind).describe(`MySQL ${version} says the same`, () => {
    let connection: Connection;

    beforeAll(async () => {
      const { url } = await sharedMysql(version);
      connection = await Connection.open(parseServerUrl(url), new AbortController().signal);
    });

    afterAll(() => connection.close());

    it(`about texts, subsets and differences of ${PAIRS} pairs of sets`, async () => {
      const pairs = fc.sample(fc.tuple(gtids(tags), gtids(tags)), {
        numRuns: scaled(PAIRS),
        seed: seedOf(`pairs of GTID sets for ${version}`),
      });
      for (let at = 0; at < pairs.length; at += BATCH) {
        const batch = pairs.slice(at, at + BATCH);
        const theirs = await judged(batch.map(([left, right]) => [textOf(left), textOf(right)]));
        for (const [i, [left, right]] of batch.entries()) {
          const [a, b] = [GtidSet.of(...left), GtidSet.of(...right)];
          expect({
            text: a.toString(),
            difference: a.minus(b).toString(),
            isSubset: a.includes(b),
            union: a.union(b).toString(),
          }).toEqual(theirs[i]);
        }
      }
    });

    /** What the server makes of each pair; its own texts differ in line feeds only, and it unites what it reads. */
    async function judged(pairs: readonly (readonly [string, string])[]): Promise<object[]> {
      const selects = pairs.map(
        () =>
          "SELECT GTID_SUBTRACT(?, ''), GTID_SUBTRACT(?, ?), GTID_SUBSET(?, ?), GTID_SUBTRACT(CONCAT(?, ',', ?), '')",
      );
      const values = pairs.flatMap(([left, right]) => [left, left, right, right, left, left, right]);
      const rows = await connection.query(selects.join(' UNION ALL '), values);
      return rows.map((row) => {
        const [text, difference, isSubset, union] = row.map((each) => String(each).replaceAll('\n', ''));
        return { text, difference, isSubset: isSubset === '1', union };
      });
    }

    it('about what is no set', async () => {
      const alphabet = [...Array.from('0123456789abcdef-:, '), 'tag', UUIDS[0]!, `${UUIDS[1]}:`, ':1-5', '-'];
      const texts = fc.array(fc.constantFrom(...alphabet), { maxLength: 8 }).map((parts) => parts.join(''));
      const property = fc.asyncProperty(texts, async (text) => {
        const theirs = await connection.query('SELECT GTID_SUBTRACT(?, ?)', [text, '']).then(
          ([row]) => String(row?.[0]).replaceAll('\n', ''),
          () => 'refused',
        );
        let ours = 'refused';
        try {
          ours = GtidSet.parse(text).toString();
        } catch {
          // Refusing more than the server does loses nothing, see below.
        }
        // An older server knows no tags.
        if (ours !== 'refused' && (version === '9.7' || !/:[a-z_]/.test(ours)))
          expect({ text, set: ours }).toEqual({ text, set: theirs });
      });
      await fc.assert(property, { numRuns: scaled(300) });
    });
  });
}

it('takes a set of 100,000 intervals, and one that fills its gaps, as any other', () => {
  const odd = Array.from({ length: LARGE }, (_, i) => BigInt(2 * i + 1));
  const gtidOf = (sequence: bigint): Gtid => ({ uuid: UUIDS[0]!, tag: '', sequence });
  const text = `${UUIDS[0]}:${odd.join(':')}`;
  const set = GtidSet.parse(text);
  const gaps = GtidSet.of(...odd.map((sequence) => gtidOf(sequence + 1n)));
  const whole = GtidSet.parse(`${UUIDS[0]}:1-${2 * LARGE}`);
  expect(set.toString()).toBe(text);
  expect([set.union(gaps).equals(whole), whole.minus(set).equals(gaps), whole.includes(set)]).toEqual([
    true,
    true,
    true,
  ]);
  expect(odd.filter((sequence) => set.has(gtidOf(sequence + 1n)))).toEqual([]);
  expect(decodeGtidSet(new ByteReader(encodeGtidSet(set))).equals(set)).toBe(true);
});

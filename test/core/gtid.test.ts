import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RowtideError } from '../../src/core/errors.js';
import { formatGtid, type Gtid, GtidSet } from '../../src/core/gtid.js';
import { Connection } from '../../src/mysql/connect.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { needs, sharedMysql } from '../servers/suite.js';

const UUIDS = [
  '3e11fa47-71ca-11e1-9e33-c80aa9429562',
  '00000000-0000-0000-0000-000000000001',
  'ffffffff-ffff-4fff-8fff-ffffffffffff',
];
const TAGS = ['', 'a', 'tag_2', '_under', 'z'.repeat(32)];

/** Few and small numbers, so that intervals touch, overlap and leave gaps. */
const gtid = (tags: readonly string[] = TAGS): fc.Arbitrary<Gtid> =>
  fc.record({
    uuid: fc.constantFrom(...UUIDS),
    tag: fc.constantFrom(...tags),
    sequence: fc.oneof(fc.bigInt({ min: 1n, max: 24n }), fc.bigInt({ min: 2n ** 63n - 4n, max: 2n ** 63n - 2n })),
  });
const gtids = (tags?: readonly string[]): fc.Arbitrary<Gtid[]> => fc.array(gtid(tags), { maxLength: 40 });

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

needs('mysql').describe('the server says the same', () => {
  let connection: Connection;

  beforeAll(async () => {
    const { url } = await sharedMysql('9.7');
    connection = await Connection.open(parseServerUrl(url), new AbortController().signal);
  });

  afterAll(() => connection.close());

  /** The server's own texts differ in line feeds only. */
  const ask = async (sql: string, ...values: string[]): Promise<string> => {
    const [row] = await connection.query(`SELECT ${sql}`, values);
    return String(row?.[0]).replaceAll('\n', '');
  };

  it('about texts, subsets and differences of sets with tags', async () => {
    const property = fc.asyncProperty(gtids(), gtids(), async (left, right) => {
      const [a, b] = [GtidSet.of(...left), GtidSet.of(...right)];
      expect(await ask('GTID_SUBTRACT(?, ?)', left.map(formatGtid).join(','), '')).toBe(a.toString());
      expect(await ask('GTID_SUBTRACT(?, ?)', a.toString(), b.toString())).toBe(a.minus(b).toString());
      expect(await ask('GTID_SUBSET(?, ?)', b.toString(), a.toString())).toBe(a.includes(b) ? '1' : '0');
    });
    await fc.assert(property, { numRuns: 150 });
  });

  it('about what is no set', async () => {
    const alphabet = [...Array.from('0123456789abcdef-:, '), 'tag', UUIDS[0]!, `${UUIDS[1]}:`, ':1-5', '-'];
    const texts = fc.array(fc.constantFrom(...alphabet), { maxLength: 8 }).map((parts) => parts.join(''));
    const property = fc.asyncProperty(texts, async (text) => {
      const theirs = await ask('GTID_SUBTRACT(?, ?)', text, '').then(
        (normal) => normal,
        () => 'refused',
      );
      let ours = 'refused';
      try {
        ours = GtidSet.parse(text).toString();
      } catch {
        // Refusing more than the server does loses nothing, see below.
      }
      if (ours !== 'refused') expect({ text, set: ours }).toEqual({ text, set: theirs });
    });
    await fc.assert(property, { numRuns: 300 });
  });
});

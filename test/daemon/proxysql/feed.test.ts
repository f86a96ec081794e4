import { afterEach, describe, expect, test } from 'vitest';
import { GtidSet } from '../../../src/core/gtid.js';
import { type Gtids, parseGtids } from '../../../src/daemon/applied.js';
import { type Feed, feedProxysql } from '../../../src/daemon/proxysql/feed.js';
import { silent } from '../../connectors/replica/replicating.js';
import fc from '../../properties.js';
import { UUID } from '../../transform/stream.js';
import { ProxysqlReader } from './reader.js';

const OTHER = '4e11fa47-71ca-11e1-9e33-c80aa9429562';
const [ID, OTHER_ID] = [UUID, OTHER].map((uuid) => uuid.replaceAll('-', ''));

describe('the feed for ProxySQL', () => {
  let feed: Feed | null = null;
  let applied: Gtids | null = null;
  const looks = new Set<() => void>();
  afterEach(async () => {
    await feed?.close();
    looks.clear();
    feed = null;
  });

  const open = async (gtids: string | null, { hasRanges = false } = {}): Promise<ProxysqlReader> => {
    applied = gtids === null ? null : parseGtids(gtids);
    feed = await feedProxysql({
      listen: { host: '127.0.0.1', port: 0 },
      hasRanges,
      applied: () => applied,
      watch: (look) => {
        looks.add(look);
        return () => void looks.delete(look);
      },
      log: silent,
    });
    return new ProxysqlReader(feed.port);
  };
  const moved = (gtids: string): void => {
    applied = parseGtids(gtids);
    for (const look of looks) look();
  };

  test('says all that is there, then what is new; an id again only when it is another one', async () => {
    const reader = await open(`${UUID}:1-5:7`);
    await reader.until(() => reader.lines.length === 1);
    moved(`${UUID}:1-7`);
    moved(`${UUID}:1-9`);
    moved(`${UUID}:1-9,${OTHER}:1`);
    moved(`${UUID}:1-10,${OTHER}:1`);
    await reader.until(() => reader.has(UUID, 10n));
    expect(reader.lines).toEqual([
      `ST=${UUID}:1-5,${UUID}:7`,
      `I1=${ID}:6`,
      'I2=8',
      'I2=9',
      `I1=${OTHER_ID}:1`,
      `I1=${ID}:10`,
    ]);
  });

  test('says several at once to a ProxySQL that takes it', async () => {
    const reader = await open(`${UUID}:1`, { hasRanges: true });
    await reader.until(() => reader.lines.length === 1);
    moved(`${UUID}:1-9`);
    moved(`${UUID}:1-9:11-20,${OTHER}:1-3`);
    moved(`${UUID}:1-9:11-21,${OTHER}:1-4`);
    await reader.until(() => reader.has(OTHER, 4n));
    expect(reader.lines.slice(1)).toEqual([
      `I3=${ID}:2-9`,
      'I4=11-20',
      `I3=${OTHER_ID}:1-3`,
      `I1=${ID}:21`,
      `I1=${OTHER_ID}:4`,
    ]);
  });

  test('names domains of MariaDB in place of uuids', async () => {
    const reader = await open('0-1-270');
    await reader.until(() => reader.lines.length === 1);
    moved('0-1-272,7-2-1');
    await reader.until(() => reader.has('7', 1n));
    expect(reader.lines).toEqual(['ST=0:1-270', 'I1=0:271', 'I2=272', 'I1=7:1']);
  });

  test('leaves out GTIDs with a tag, which ProxySQL does not know', async () => {
    const reader = await open(`${UUID}:1-3:backup:1-9`);
    await reader.until(() => reader.lines.length === 1);
    expect(reader.lines).toEqual([`ST=${UUID}:1-3`]);
  });

  test('sends a reader away who was told of what is gone, or has too much to hear; back again it is told all', async () => {
    const reader = await open(`${UUID}:1-5`);
    await reader.until(() => reader.lines.length === 1);
    moved(`${UUID}:1-3`);
    await reader.ended;
    const again = new ProxysqlReader(feed!.port);
    await again.until(() => again.lines.length === 1);
    expect(again.lines).toEqual([`ST=${UUID}:1-3`]);
    moved(`${UUID}:1-1000000`);
    await again.ended;
  });

  test('takes no reader before it is known what is there', async () => {
    const reader = await open(null);
    await reader.ended;
    expect(reader.lines).toEqual([]);
  });

  test('leaves a reader with what is applied, neither less nor more, whatever comes in whatever order', async () => {
    const step = fc.record({ source: fc.constantFrom(UUID, OTHER), number: fc.integer({ min: 1, max: 40 }) });
    const cases = fc.record({
      steps: fc.array(step, { maxLength: 60 }),
      hasRanges: fc.boolean(),
      cuts: fc.integer({ min: 1, max: 9 }),
    });
    const followed = fc.asyncProperty(cases, async ({ steps, hasRanges, cuts }) => {
      const reader = await open(`${UUID}:50`, { hasRanges });
      await reader.until(() => reader.lines.length === 1);
      let set = GtidSet.parse(`${UUID}:50`);
      for (let i = 0; i < steps.length; i += cuts) {
        const more = steps.slice(i, i + cuts);
        set = set.with(more.map(({ source: uuid, number }) => ({ uuid, tag: '', sequence: BigInt(number) })));
        moved(set.toString());
      }
      moved(set.union(GtidSet.parse(`${OTHER}:99`)).toString());
      await reader.until(() => reader.has(OTHER, 99n));
      for (const uuid of [UUID, OTHER]) {
        for (let n = 1n; n < 50n; n++) expect(reader.has(uuid, n)).toBe(set.has({ uuid, tag: '', sequence: n }));
      }
      reader.close();
      await feed!.close();
      feed = null;
    });
    await fc.assert(followed);
  });
});

import { describe, expect, test } from 'vitest';
import { MariaGtids } from '../../src/core/maria-gtid.js';
import { parseHalt } from '../../src/daemon/halt.js';
import { at, finite, fromGtids, fromPlace, transaction, UUID } from '../transform/stream.js';

const signal = new AbortController().signal;

async function sequencesOf(
  until: string,
  from = fromGtids(`${UUID}:1`),
): Promise<{ read: number[]; isReached: boolean }> {
  const halt = parseHalt(until);
  const read: number[] = [];
  const source = halt.source(finite([2, 3, 4, 5].map((n) => transaction(n))));
  for await (const { span } of source.read(from, signal)) read.push(span.start / 100);
  return { read, isReached: halt.isReached };
}

describe('until GTID', () => {
  test('ends a source right behind it, or behind the last of a set', async () => {
    expect(await sequencesOf(`${UUID}:3`)).toEqual({ read: [2, 3], isReached: true });
    expect(await sequencesOf(`${UUID}:1-4`)).toEqual({ read: [2, 3, 4], isReached: true });
  });

  test('tells the end of the log from its own', async () => {
    expect(await sequencesOf(`${UUID}:9`)).toEqual({ read: [2, 3, 4, 5], isReached: false });
  });

  test('reads nothing where it was passed meanwhile', async () => {
    expect(await sequencesOf(`${UUID}:3`, fromGtids(`${UUID}:1-4`))).toEqual({ read: [], isReached: true });
  });

  test('is refused where it is applied already, or where it will never be', () => {
    const halt = parseHalt(`${UUID}:3`);
    halt.requireAhead(fromGtids(`${UUID}:1-2`));
    expect(() => halt.requireAhead(fromGtids(`${UUID}:1-3`))).toThrow('is in the sink already');
    // Begun at a file and an offset, a stream has GTIDs all the same.
    halt.requireAhead(fromPlace(400));
    const maria = at({ kind: 'mariadb-gtid', executed: MariaGtids.parse('0-1-7') });
    expect(() => halt.requireAhead(maria)).toThrow('like 0-1-7');
    parseHalt('0-1-8').requireAhead(maria);
    expect(() => parseHalt('0-1-7').requireAhead(maria)).toThrow('is in the sink already');
  });

  test.each(['', 'now', 'binlog.000001:4', '2026-11-20', UUID])('is no %j', (text) => {
    expect(() => parseHalt(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

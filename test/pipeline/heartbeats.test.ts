import { describe, expect, test } from 'vitest';
import { Heartbeats } from '../../src/pipeline/heartbeats.js';
import { at, fromGtids, fromPlace, transaction, UUID } from '../transform/stream.js';

describe('heartbeats of a stream', () => {
  test('count when all before them is durable, which their position says', () => {
    const heartbeats = new Heartbeats();
    heartbeats.read(transaction(3), 3_000_000);
    heartbeats.read(transaction(5), 5_000_000);
    expect(heartbeats.durableUs).toBeNull();
    heartbeats.moved(fromGtids(`${UUID}:1-2`));
    expect(heartbeats.durableUs).toBeNull();
    heartbeats.moved(fromGtids(`${UUID}:1-4`));
    expect(heartbeats.durableUs).toBe(3_000_000);
    heartbeats.moved(fromGtids(`${UUID}:1-9`));
    expect(heartbeats.durableUs).toBe(5_000_000);
  });

  test('are found by file and offset, too, over the turn of a file', () => {
    const heartbeats = new Heartbeats();
    heartbeats.read(transaction(3), 3_000_000);
    heartbeats.moved(fromPlace(399));
    expect(heartbeats.durableUs).toBeNull();
    heartbeats.moved(fromPlace(400));
    expect(heartbeats.durableUs).toBe(3_000_000);
    heartbeats.read(transaction(4, { span: { file: 'binlog.999999', start: 4, end: 200 } }), 4_000_000);
    heartbeats.moved(at({ kind: 'file', file: 'binlog.1000000', offset: 4 }));
    expect(heartbeats.durableUs).toBe(4_000_000);
  });

  test('that are read again after a failed attempt count once', () => {
    const heartbeats = new Heartbeats();
    for (const _ of [1, 2]) heartbeats.read(transaction(3), 3_000_000);
    heartbeats.moved(fromGtids(`${UUID}:1-3`));
    expect(heartbeats.durableUs).toBe(3_000_000);
  });

  test('of a sink that takes nothing for hours are not all remembered, and the newest is', () => {
    const heartbeats = new Heartbeats();
    for (let n = 1; n <= 5000; n++) heartbeats.read(transaction(n), n);
    heartbeats.moved(fromGtids(`${UUID}:1-999`));
    expect(heartbeats.durableUs).toBe(999);
    heartbeats.moved(fromGtids(`${UUID}:1-5000`));
    expect(heartbeats.durableUs).toBe(5000);
  });
});

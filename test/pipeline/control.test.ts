import { describe, expect, test } from 'vitest';
import { PipelineControl } from '../../src/pipeline/control.js';
import { fromGtids, fromPlace, transaction, UUID } from '../transform/stream.js';
import { settled } from './clock.js';

describe('a transaction is reached', () => {
  test.each([
    ['by GTID', fromGtids(`${UUID}:1-2`), fromGtids(`${UUID}:1-3`)],
    ['by file and offset', fromPlace(300), fromPlace(400)],
  ])('%s, when it is durable, and not before', async (_, before, behind) => {
    const control = new PipelineControl();
    let isReached = false;
    const reached = control.reached(transaction(3), new AbortController().signal).then(() => {
      isReached = true;
    });
    control.moved(before);
    await settled();
    expect(isReached).toBe(false);
    control.moved(behind);
    await reached;
    await control.reached(transaction(3), new AbortController().signal);
  });

  test('or nobody waits any more', async () => {
    const stop = new AbortController();
    const reached = new PipelineControl().reached(transaction(3), stop.signal);
    stop.abort(new Error('the sink failed'));
    await expect(reached).rejects.toThrow('the sink failed');
    await expect(new PipelineControl().reached(transaction(3), stop.signal)).rejects.toThrow('the sink failed');
  });
});

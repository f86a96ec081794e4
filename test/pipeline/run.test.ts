import { describe, expect, test } from 'vitest';
import { memoryStore } from '../../src/checkpoint/memory.js';
import { encodePosition } from '../../src/checkpoint/position.js';
import type { Batch } from '../../src/core/batch.js';
import { malformed, RowtideError } from '../../src/core/errors.js';
import type { Position } from '../../src/core/position.js';
import type { ForgetfulSink, ResumableSink } from '../../src/core/sink.js';
import type { Source } from '../../src/core/source.js';
import { checkpointed, resumable } from '../../src/pipeline/checkpointed.js';
import { PipelineControl } from '../../src/pipeline/control.js';
import { type PipelineOptions, runPipeline } from '../../src/pipeline/run.js';
import { gtidOf, insertsOf, positionAfter } from '../../src/testing/transactions.js';
import { quietLog } from '../checkpoint/quiet.js';
import { settled, testClock } from './clock.js';
import { Queue } from './queue.js';

const numbersOf = (batch: Batch) => batch.transactions.map(({ gtid }) => Number(gtid!.sequence));

/** Remembers what was called, in order. */
class Recorder implements ResumableSink {
  readonly calls: string[] = [];
  readonly batches: Batch[] = [];
  position: Position | undefined;
  /** What `write` waits for. */
  writing: Promise<void> = Promise.resolve();

  async open(): Promise<Position | undefined> {
    this.calls.push('open');
    return this.position;
  }

  async write(batch: Batch, signal: AbortSignal): Promise<void> {
    this.calls.push(`write ${numbersOf(batch).join(' ') || '-'}`);
    await Promise.race([
      this.writing,
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    ]);
    this.position = batch.position;
    this.batches.push(batch);
  }

  async close(): Promise<void> {
    this.calls.push('close');
  }
}

function pipeline(options: Partial<PipelineOptions> = {}) {
  const queue = new Queue();
  const sink = new Recorder();
  const stop = new AbortController();
  const clock = testClock();
  const control = new PipelineControl();
  const log = quietLog();
  const reads: Position[] = [];
  const source: Source = {
    async start() {
      sink.calls.push('start');
      return positionAfter(4);
    },
    read(from, signal) {
      reads.push(from);
      sink.calls.push('read');
      return queue.read(signal);
    },
  };
  const run = () => runPipeline({ name: 'shop', source, sink, signal: stop.signal, log, control, clock, ...options });
  return { queue, sink, stop, clock, control, log, reads, run };
}

describe('a pipeline', () => {
  test('opens its sink first, reads from where that resumes, and closes it', async () => {
    const { queue, sink, reads, run } = pipeline();
    sink.position = positionAfter(7);
    queue.push(insertsOf(8, [8]));
    queue.end();
    expect(await run()).toBe('ended');
    expect(sink.calls).toEqual(['open', 'read', 'write 8', 'close']);
    expect(reads).toEqual([positionAfter(7)]);
  });

  test('gives an empty sink the position of its source, before it reads anything', async () => {
    const { queue, sink, reads, run } = pipeline();
    queue.end();
    await run();
    expect(sink.calls).toEqual(['open', 'start', 'write -', 'read', 'close']);
    expect(sink.position).toEqual(positionAfter(4));
    expect(reads).toEqual([positionAfter(4)]);
  });

  test('releases transactions when their batch was written, and not before', async () => {
    const { queue, sink, run } = pipeline();
    sink.position = positionAfter(0);
    const written = withResolvers<void>();
    sink.writing = written.promise;
    const transaction = insertsOf(1, [1]);
    queue.push(transaction);
    queue.end();
    const running = run();
    await settled();
    expect(transaction.entries).toBeDefined();
    written.resolve();
    await running;
    expect(() => transaction.entries).toThrow('released');
  });

  test('passes every transaction through its transform', async () => {
    const { queue, sink, run } = pipeline({
      transform: (each) => ({ ...each, entries: each.gtid!.sequence === 1n ? [] : each.entries }),
    });
    sink.position = positionAfter(0);
    queue.push(insertsOf(1, [1]), insertsOf(2, [2]));
    queue.end();
    await run();
    expect(sink.batches.flatMap(numbersOf)).toEqual([2]);
    expect(encodePosition(sink.position)).toEqual(encodePosition(positionAfter(2)));
  });

  test('skips a transaction only when asked, says so, and moves over it', async () => {
    const { queue, sink, control, log, run } = pipeline();
    sink.position = positionAfter(0);
    control.skip(gtidOf(2));
    queue.push(insertsOf(1, [1]), insertsOf(2, [2]), insertsOf(3, [3]));
    queue.end();
    await run();
    expect(sink.batches.flatMap(numbersOf)).toEqual([1, 3]);
    expect(encodePosition(sink.position)).toEqual(encodePosition(positionAfter(3)));
    expect(log.heard.filter(({ level }) => level === 'warn')).toMatchObject([
      { facts: { gtid: '7e57ab1e-0000-4000-8000-000000000001:2' }, message: expect.stringContaining('lost') },
    ]);
  });

  test('counts what became durable', async () => {
    const { queue, sink, control, run } = pipeline();
    sink.position = positionAfter(0);
    queue.push(insertsOf(1, [1]), insertsOf(2, [2]));
    queue.end();
    await run();
    const { transactions, bytes, position, committedAtUs } = control.stats;
    expect({ transactions, bytes }).toEqual({ transactions: 2, bytes: 2000 });
    expect(encodePosition(position!)).toEqual(encodePosition(positionAfter(2)));
    expect(committedAtUs).toBe(1_732_147_200_000_002);
  });
});

describe('an error', () => {
  test('of the sink ends the pipeline, and closes the sink and the source', async () => {
    const { queue, sink, control, run } = pipeline();
    sink.position = positionAfter(0);
    sink.writing = Promise.reject(new Error('refused'));
    const transaction = insertsOf(1, [1]);
    queue.push(transaction);
    await expect(run()).rejects.toThrow('refused');
    expect(sink.calls.at(-1)).toBe('close');
    expect(queue.closed).toBe(true);
    expect(() => transaction.entries).toThrow('released');
    expect(control.stats.transactions).toBe(0);
  });

  test('of decoding, which happens in the sink, says between which places of the log it was', async () => {
    const { queue, sink, run } = pipeline();
    sink.position = positionAfter(0);
    sink.writing = Promise.reject(malformed('a row ends outside'));
    const transaction = insertsOf(1, [1]);
    const { span } = transaction;
    queue.push(transaction);
    const message = `between ${span.file}:${span.start} and ${span.file}:${span.end}: a row ends outside`;
    await expect(run()).rejects.toMatchObject({ code: 'EVENT_MALFORMED', message });
  });

  test('of the source ends it behind what was read before', async () => {
    const { queue, sink, run } = pipeline();
    sink.position = positionAfter(0);
    queue.push(insertsOf(1, [1]));
    queue.fail(new Error('cut'));
    await expect(run()).rejects.toThrow('cut');
    expect(sink.calls).toEqual(['open', 'read', 'write 1', 'close']);
  });

  test('when the sink is opened closes it, and reads nothing', async () => {
    const { sink, run } = pipeline();
    sink.open = () => Promise.reject(new Error('locked'));
    await expect(run()).rejects.toThrow('locked');
    expect(sink.calls).toEqual(['close']);
  });

  test('when the sink is closed does not hide the one before it', async () => {
    const { queue, sink, log, run } = pipeline();
    queue.fail(new Error('cut'));
    sink.close = () => Promise.reject(new Error('and again'));
    await expect(run()).rejects.toThrow('cut');
    expect(log.heard).toContainEqual(
      expect.objectContaining({ level: 'warn', facts: { error: new Error('and again') } }),
    );
  });
});

describe('a stop', () => {
  test('lets the batch in the sink and the one that fills be finished', async () => {
    const { queue, sink, stop, run } = pipeline();
    sink.position = positionAfter(0);
    const written = withResolvers<void>();
    sink.writing = written.promise;
    queue.push(insertsOf(1, [1]));
    const running = run();
    await settled();
    queue.push(insertsOf(2, [2]), insertsOf(3, [3]));
    await settled();
    stop.abort();
    queue.push(insertsOf(4, [4]));
    await settled();
    written.resolve();
    expect(await running).toBe('stopped');
    expect(sink.calls).toEqual(['open', 'read', 'write 1', 'write 2 3', 'close']);
  });

  test('gives up a batch that takes too long, and says so', async () => {
    const { queue, sink, stop, clock, run } = pipeline({ shutdownTimeoutMs: 5000 });
    sink.position = positionAfter(0);
    sink.writing = new Promise(() => undefined);
    queue.push(insertsOf(1, [1]));
    const running = run();
    await settled();
    stop.abort();
    await clock.advance(4999);
    expect(sink.calls.at(-1)).toBe('write 1');
    const rejected = expect(running).rejects.toMatchObject({
      code: 'SINK_UNREACHABLE',
      message: 'pipeline shop did not finish its last batch within 5000 ms of being stopped',
    });
    await clock.advance(1);
    await rejected;
    expect(sink.calls.at(-1)).toBe('close');
  });

  test('does not wait for ever for a sink that does not listen', async () => {
    const { queue, sink, stop, clock, run } = pipeline();
    sink.position = positionAfter(0);
    sink.write = () => new Promise(() => undefined);
    queue.push(insertsOf(1, [1]));
    const running = run();
    await settled();
    stop.abort();
    await clock.advance(8000);
    const rejected = expect(running).rejects.toMatchObject({ code: 'SINK_UNREACHABLE' });
    await clock.advance(1000);
    await rejected;
  });

  test('while the sink is opened is a stop, not an error', async () => {
    const { sink, stop, run } = pipeline();
    sink.open = async (...[signal]: [AbortSignal?]) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    const running = run();
    stop.abort();
    expect(await running).toBe('stopped');
  });
});

describe('a sink with a memory', () => {
  function forgetful(calls: string[]): ForgetfulSink {
    return {
      open: async (saved) => void calls.push(`open ${JSON.stringify(saved)}`),
      write: async (batch) => void calls.push(`write ${numbersOf(batch).join(' ') || '-'}`),
      state: () => ({ calls: calls.length }),
      close: async () => void calls.push('close'),
    };
  }

  test('is written first and saved after', async () => {
    const calls: string[] = [];
    const store = memoryStore();
    const save = store.save.bind(store);
    store.save = async (checkpoint) => {
      calls.push('save');
      await save(checkpoint);
    };
    const sink = checkpointed(forgetful(calls), store);
    const signal = new AbortController().signal;
    expect(await sink.open(signal)).toBe(undefined);
    await sink.write({ transactions: [insertsOf(1, [1])], position: positionAfter(1) }, signal);
    await sink.close();
    expect(await checkpointed(forgetful(calls), store).open(signal)).toEqual(positionAfter(1));
    expect(calls).toEqual(['open undefined', 'write 1', 'save', 'close', 'open {"calls":2}']);
  });

  test('is not saved when its write fails', async () => {
    const store = memoryStore();
    const sink = checkpointed({ ...forgetful([]), write: () => Promise.reject(new Error('refused')) }, store);
    const signal = new AbortController().signal;
    await sink.open(signal);
    await expect(sink.write({ transactions: [], position: positionAfter(1) }, signal)).rejects.toThrow('refused');
    expect(store.saved).toBe(undefined);
  });

  test('gives its store up even if it cannot be closed', async () => {
    const store = memoryStore();
    let closed = false;
    store.close = async () => {
      closed = true;
    };
    const sink = checkpointed(
      { ...forgetful([]), close: () => Promise.reject(new RowtideError('IO', 'stuck')) },
      store,
    );
    await expect(sink.close()).rejects.toThrow('stuck');
    expect(closed).toBe(true);
  });

  test('is given one only if it has none', () => {
    const own = new Recorder();
    expect(resumable(own, () => expect.unreachable())).toBe(own);
    expect(resumable(forgetful([]), memoryStore)).not.toHaveProperty('state');
  });
});

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

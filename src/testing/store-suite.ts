import assert from 'node:assert/strict';
import { encodePosition } from '../checkpoint/position.js';
import type { Checkpoint, CheckpointStore } from '../checkpoint/store.js';
import { GtidSet } from '../core/gtid.js';
import type { SinkState } from '../core/sink.js';
import { type Declare, testsWith } from './target.js';
import { offsetAfter, positionAfter } from './transactions.js';

export interface StoreTarget {
  /** A new store of the same checkpoints, as after a restart. */
  store(): CheckpointStore;
  close?(): Promise<void>;
}

export interface StoreSuiteOptions {
  /** The `test` of vitest, node:test and others. */
  readonly test: Declare;
  readonly make: () => Promise<StoreTarget>;
}

/** What every checkpoint store must hold. */
export function storeSuite({ test: declare, make }: StoreSuiteOptions): void {
  const test = testsWith(declare, make);

  test('nothing is loaded where nothing was saved', async (target) => {
    assert.equal(await load(target), undefined);
  });

  test('the last checkpoint saved is the one that is loaded', async (target) => {
    await save(target, at(1), at(2), at(3));
    await assertLoaded(target, at(3));
    await save(target, at(4));
    await assertLoaded(target, at(4));
  });

  test('a store that saves nothing changes nothing', async (target) => {
    await save(target, at(1));
    await save(target);
    await assertLoaded(target, at(1));
  });

  test('sets with gaps and tags, large offsets, prepared transactions and nested states come back', async (target) => {
    const executed = GtidSet.parse(
      '7e57ab1e-0000-4000-8000-000000000001:1-7:9-10:nightly:3,7e57ab1e-0000-4000-8000-000000000002:5',
    );
    const held = [
      { xid: "X'61',X'',1", file: 'binlog.000001', start: 5 * 2 ** 32, gtid: '7e57ab1e-0000-4000-8000-000000000001:8' },
    ];
    const state: SinkState = { length: 2 ** 52, topics: { 'a.b': 'id', '0': null }, ok: true };
    const withGtids = {
      position: { ...positionAfter(0), log: { kind: 'gtid', executed }, held },
      sink: state,
    } as const;
    await save(target, withGtids);
    await assertLoaded(target, withGtids);
    const withOffset = { position: offsetAfter(2 ** 40), sink: {} };
    await save(target, withOffset);
    await assertLoaded(target, withOffset);
  });

  test('a store that was never loaded can be closed', async (target) => {
    await target.store().close();
  });
}

function at(sequence: number): Checkpoint {
  return { position: positionAfter(sequence), sink: { written: sequence } };
}

async function load(target: StoreTarget): Promise<Checkpoint | undefined> {
  const store = target.store();
  try {
    return await store.load();
  } finally {
    await store.close();
  }
}

async function save(target: StoreTarget, ...checkpoints: readonly Checkpoint[]): Promise<void> {
  const store = target.store();
  try {
    await store.load();
    for (const checkpoint of checkpoints) await store.save(checkpoint);
  } finally {
    await store.close();
  }
}

async function assertLoaded(target: StoreTarget, wanted: Checkpoint): Promise<void> {
  const found = await load(target);
  assert.deepEqual(found && plain(found), plain(wanted));
}

function plain({ position, sink }: Checkpoint): object {
  return { position: encodePosition(position), sink };
}

import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint, type StoredCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { encodePosition } from '../../src/checkpoint/position.js';
import { RowtideError } from '../../src/core/errors.js';
import { GtidSet } from '../../src/core/gtid.js';
import type { LogPosition } from '../../src/core/position.js';
import type { SinkState } from '../../src/core/sink.js';
import fc from '../properties.js';

const stored: StoredCheckpoint = {
  pipeline: 'shop-to-kafka',
  generation: 12,
  position: {
    source: { flavour: 'mysql', id: '3e11fa47-71ca-11e1-9e33-c80aa9429562' },
    log: { kind: 'gtid', executed: GtidSet.parse('3e11fa47-71ca-11e1-9e33-c80aa9429562:1-7:9-10') },
    held: [{ xid: "X'61',X'',1", file: 'binlog.000001', start: 4, gtid: null }],
  },
  sink: { bytes: 1234, tail: '0badcafe' },
};

/** Everything that a checkpoint says, without classes in it. */
const plain = ({ position, ...rest }: StoredCheckpoint) => ({ ...rest, position: encodePosition(position) });

function refusal(text: string): RowtideError {
  try {
    decodeCheckpoint(text, 'x.json');
  } catch (error) {
    if (error instanceof RowtideError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a checkpoint', () => {
  test('is JSON that a person can read', () => {
    expect(encodeCheckpoint(stored)).toBe(`{
  "format": 1,
  "pipeline": "shop-to-kafka",
  "generation": 12,
  "position": {
    "source": {
      "flavour": "mysql",
      "id": "3e11fa47-71ca-11e1-9e33-c80aa9429562"
    },
    "log": {
      "gtid": "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-7:9-10"
    },
    "held": [
      {
        "xid": "X'61',X'',1",
        "file": "binlog.000001",
        "start": 4,
        "gtid": null
      }
    ]
  },
  "sink": {
    "bytes": 1234,
    "tail": "0badcafe"
  },
  "crc32": "5eef833d"
}
`);
  });

  test('comes back as it was, whatever the sink keeps in it', () => {
    const value = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    const { state } = fc.letrec<{ state: SinkState }>((tie) => ({
      state: fc.dictionary(fc.string(), fc.oneof({ depthSize: 'small' }, value, tie('state'))),
    }));
    const log: fc.Arbitrary<LogPosition> = fc.oneof(
      fc.record({ kind: fc.constant('file' as const), file: fc.string(), offset: fc.maxSafeNat() }),
      fc
        .array(fc.integer({ min: 1, max: 50 }))
        .map((sequences) =>
          sequences.map((sequence) => ({ uuid: stored.position.source.id, tag: '', sequence: BigInt(sequence) })),
        )
        .map((gtids) => ({ kind: 'gtid' as const, executed: GtidSet.of(...gtids) })),
    );
    fc.assert(
      fc.property(state, log, fc.string(), (sink, logPosition, pipeline) => {
        const checkpoint = { ...stored, pipeline, sink, position: { ...stored.position, log: logPosition } };
        const back = decodeCheckpoint(encodeCheckpoint(checkpoint), 'x.json');
        // JSON has no negative zero, and no prototypes.
        expect(JSON.stringify(plain(back))).toBe(JSON.stringify(plain(checkpoint)));
      }),
    );
  });

  test('cut off anywhere is damaged', () => {
    const text = encodeCheckpoint(stored);
    // The last two are the closing brace and the end of the line, which says nothing.
    for (let length = 0; length < text.length - 1; length++) {
      expect(refusal(text.slice(0, length)).code, `after ${length} characters`).toBe('CHECKPOINT_CORRUPT');
    }
  });

  test('with any byte flipped is damaged, or says the same', () => {
    const bytes = Buffer.from(encodeCheckpoint(stored));
    for (let at = 0; at < bytes.length; at++) {
      for (const mask of [0x01, 0x20, 0x80]) {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= mask;
        let back: StoredCheckpoint;
        try {
          back = decodeCheckpoint(flipped.toString(), 'x.json');
        } catch (error) {
          expect(error).toMatchObject({ code: 'CHECKPOINT_CORRUPT' });
          continue;
        }
        expect(plain(back), `byte ${at}`).toEqual(plain(stored));
      }
    }
  });

  test('of a newer format is not damage: the newer version is asked for', () => {
    const newer = encodeCheckpoint(stored).replace('"format": 1', '"format": 2');
    expect(refusal(resealed(newer))).toMatchObject({
      code: 'CHECKPOINT_MISMATCH',
      message: 'x.json was written by a newer Rowtide (checkpoint format 2, this one knows 1)',
    });
  });

  test('with a checksum that fits, but without a meaning, is refused by what is missing', () => {
    const without = (key: string, value: unknown) =>
      refusal(resealed(JSON.stringify({ ...JSON.parse(encodeCheckpoint(stored)), [key]: value }))).message;
    expect(without('pipeline', 1)).toBe('x.json is damaged: it names no pipeline');
    expect(without('generation', '1')).toBe('x.json is damaged: it has no generation');
    expect(without('sink', { list: [] })).toBe('x.json is damaged: its sink state is not an object of plain values');
    expect(without('position', {})).toBe('x.json is damaged: it has no position');
    const position = { source: stored.position.source, log: { file: 'binlog.000001', offset: -4 }, held: [] };
    expect(without('position', position)).toBe(
      'x.json is damaged: its position is neither a GTID set nor a file and an offset',
    );
  });
});

/** The same content with the checksum that it should have. */
function resealed(text: string): string {
  const { crc32: _, ...content } = JSON.parse(text);
  const sum = zlib.crc32(JSON.stringify(content)).toString(16).padStart(8, '0');
  return JSON.stringify({ ...content, crc32: sum });
}

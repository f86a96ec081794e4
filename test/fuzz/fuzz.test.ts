/**
 * What a damaged log can do: nothing but end the stream by name. A sample of `npm run torture -- fuzz`, over every log
 * file among the fixtures; ROWTIDE_SEED=… repeats one.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import fc from '../properties.js';
import { scaled, seedOf } from '../roundtrip/random.js';
import { flip, wholes } from './flips.js';
import { fuzz } from './run.js';

const MUTATIONS = scaled(20_000);
const FLIPS = 3_000;

const folder = mkdtempSync(join(tmpdir(), 'rowtide-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a damaged log', () => {
  it('with checksums: any bit that is turned around ends it by name, and changes no row before', async () => {
    const scratch = join(folder, 'binlog.000001');
    const files = await wholes(scratch);
    const bit = fc
      .constantFrom(...files)
      .chain((whole) => fc.tuple(fc.constant(whole), fc.nat(whole.bytes.length * 8 - 1)));
    const property = fc.asyncProperty(bit, async ([whole, place]) => {
      await flip(whole, place, scratch);
    });
    await fc.assert(property, { numRuns: scaled(FLIPS), seed: seedOf('flipped bits') });
  });

  it('without checksums: events that were changed give values or an error by name, in bounded memory and time', {
    timeout: 180_000,
  }, async () => {
    const { outcomes, failures, done } = await fuzz({
      kind: 'mutations',
      seed: seedOf('mutated events'),
      first: 0,
      count: MUTATIONS,
    });
    expect(failures).toEqual([]);
    expect(done).toBe(MUTATIONS);
    expect(outcomes).toMatchObject({ read: expect.any(Number), EVENT_MALFORMED: expect.any(Number) });
  });

  it('meets every decoder of an event', () => {
    const sources = join(import.meta.dirname, '../../src/binlog');
    const decoders = readdirSync(sources).flatMap((name) =>
      [...readFileSync(join(sources, name), 'utf8').matchAll(/^export function (decode\w+)\(event: RawEvent/gm)].map(
        (match) => match[1]!,
      ),
    );
    const met = readFileSync(join(import.meta.dirname, 'decode.ts'), 'utf8');
    expect(decoders.length).toBeGreaterThan(10);
    expect(decoders.filter((name) => !new RegExp(`\\b${name}\\b`).test(met))).toEqual([]);
  });
});

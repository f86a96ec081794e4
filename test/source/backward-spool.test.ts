import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BackwardSpool } from '../../src/source/backward-spool.js';
import { Random, seedOf } from '../roundtrip/random.js';

test('gives texts back from the last one on, few or many, small or larger than what is read at once', () => {
  const random = new Random(seedOf('backward spool'));
  const folder = mkdtempSync(join(tmpdir(), 'rowtide-test-backward-'));
  onTestFinished(() => rmdirSync(folder));
  for (const count of [0, 1, 3, 5000]) {
    const spool = new BackwardSpool(folder);
    const texts = Array.from({ length: count }, (_, i) => {
      const length = random.chance(0.002) ? random.int(900_000, 3_000_000) : random.int(0, 1000);
      return `${i}: ${'ü'.repeat(length)}`;
    });
    const places = texts.map((text) => spool.append(text));
    expect(places.slice(-3).map((at) => spool.read(at) === texts[places.indexOf(at)])).not.toContain(false);
    const read = Array.from(spool.backwards(), String).reverse();
    expect(read.length).toBe(count);
    expect(read.findIndex((text, i) => text !== texts[i])).toBe(-1);
    expect(readdirSync(folder)).toEqual([]);
    spool.close();
  }
});

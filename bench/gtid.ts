import { ByteReader } from '../src/binlog/bytes.js';
import { decodeGtidSet, encodeGtidSet } from '../src/binlog/gtid-set.js';
import { GtidSet } from '../src/core/gtid.js';

const UUID = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
const SIZES = [1_000, 10_000, 100_000] as const;
const REPEATS = 20;
/** Ten times the intervals may take so many times as long; a walk inside of a walk would take a hundred times. */
const GROWTH_MAX = 60;

/** What a set of many gaps costs, in ms of CPU at best: each operation has to grow with the intervals, not with their square. */
export function benchGtid(): void {
  const columns = SIZES.map(measure);
  process.stdout.write(
    `${'CPU ms, intervals:'.padEnd(20)}${SIZES.map((size) => String(size).padStart(12)).join('')}\n`,
  );
  for (const [i, { name }] of columns[0]!.entries()) {
    const times = columns.map((column) => column[i]!.ms);
    process.stdout.write(`${name.padEnd(20)}${times.map((ms) => ms.toFixed(2).padStart(12)).join('')}\n`);
    const growth = times[2]! / times[1]!;
    if (times[2]! > 1 && growth > GROWTH_MAX) {
      process.stderr.write(`${name}: ten times the intervals took ${growth.toFixed(0)} times as long\n`);
      process.exitCode = 1;
    }
  }
}

function measure(size: number): { name: string; ms: number }[] {
  const text = (from: number): string =>
    `${UUID}:${Array.from({ length: size }, (_, i) => String(from + 3 * i)).join(':')}`;
  const own = text(1);
  const set = GtidSet.parse(own);
  const other = GtidSet.parse(text(2));
  const same = GtidSet.parse(own);
  const next = { uuid: UUID, tag: '', sequence: BigInt(3 * size + 1) };
  const bytes = encodeGtidSet(set);
  const operations: Readonly<Record<string, () => unknown>> = {
    parse: () => GtidSet.parse(own),
    print: () => set.toString(),
    union: () => set.union(other),
    minus: () => set.minus(other),
    includes: () => set.includes(same),
    equals: () => set.equals(same),
    has: () => set.has(next),
    'with one more': () => set.with([next]),
    encode: () => encodeGtidSet(set),
    decode: () => decodeGtidSet(new ByteReader(bytes)),
  };
  return Object.entries(operations).map(([name, run]) => ({ name, ms: bestOf(run) }));
}

function bestOf(run: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REPEATS; i++) {
    const from = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(from);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

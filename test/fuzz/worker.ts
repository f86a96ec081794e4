/** One part of the fuzzing in a process of its own, which its parent ends where it does not go on: see run.ts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flip, wholes } from './flips.js';
import { Mutations } from './mutations.js';
import { recordings } from './recorded.js';
import { bytesInUse, type Report, type Work } from './run.js';

const MIB = 2 ** 20;
const REPORT_EVERY = 100;
/** Tables, texts and buffers that any event takes, however small it is. */
const FIXED_BYTES_MAX = MIB;
/** Of memory for each byte of the events. */
const EXPANSION_MAX = 16;
/** What a payload may say that it holds is inflated in one piece up to 16 MiB, which the library holds twice. */
const PAYLOAD_BYTES_MAX = 48 * MIB;
const FLIP_BYTES_MAX = 64 * MIB;

const work = JSON.parse(process.argv[2] ?? '') as Work;
const outcomes: Record<string, number> = {};
const say = (report: Report): void => void process.stdout.write(`${JSON.stringify(report)}\n`);

async function mutate({ seed, first, count }: Extract<Work, { kind: 'mutations' }>): Promise<void> {
  const mutations = await Mutations.of(await recordings());
  for (let i = 0; i < count; i++) {
    const number = first + i;
    const made = mutations.case(seed, number);
    const bytesMax = made.hasPayload
      ? PAYLOAD_BYTES_MAX
      : FIXED_BYTES_MAX + EXPANSION_MAX * made.events.reduce((sum, { length }) => sum + length, 0);
    await attempt(number, bytesMax, () => mutations.run(made));
  }
}

async function turnBits({ first, step }: Extract<Work, { kind: 'flips' }>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rowtide-flips-'));
  try {
    const scratch = join(folder, 'binlog.000001');
    const files = await wholes(scratch);
    let number = first;
    let from = 0;
    for (const whole of files) {
      const to = from + whole.bytes.length * 8;
      for (; number < to; number += step) {
        const bit = number - from;
        await attempt(number, FLIP_BYTES_MAX, () => flip(whole, bit, scratch));
      }
      from = to;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

let done = 0;

async function attempt(number: number, bytesMax: number, run: () => Promise<string>): Promise<void> {
  try {
    const { outcome, ...first } = await measured(run);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    // What is made once, such as a library's code and tables, is no event's: it is not made again.
    const bytes = first.bytes > bytesMax ? (await measured(run)).bytes : first.bytes;
    if (bytes > bytesMax) throw new Error(`took ${bytes} bytes, and at most ${bytesMax} are right`);
  } catch (error) {
    say({ kind: 'failed', number, error: error instanceof Error ? describe(error) : String(error) });
  }
  if (++done % REPORT_EVERY === 0) say({ kind: 'alive', number });
}

async function measured(run: () => Promise<string>): Promise<{ outcome: string; bytes: number }> {
  const before = bytesInUse();
  const outcome = await run();
  return { outcome, bytes: bytesInUse() - before };
}

function describe(error: Error): string {
  return error.cause instanceof Error ? `${error.message} ← ${describe(error.cause)}` : (error.stack ?? error.message);
}

if (work.kind === 'mutations') await mutate(work);
else await turnBits(work);
say({ kind: 'ended', done, outcomes });

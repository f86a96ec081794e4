/**
 *   npm run torture                          all of it, in about a quarter of an hour
 *   npm run torture -- kills-kafka broken    some parts, by the beginnings of their names
 *   npm run torture -- --seed 7 --count 10   the same choices again; so many faults of each part
 *
 * An interrupted run goes on where it stopped. Ends with 1 if a promise was broken, or a broken build was not caught.
 */
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { failuresOf, missedStages, PARTS, type Part, runPartRound } from './parts.js';
import { Progress } from './progress.js';
import { failed, type RoundResult, Servers } from './round.js';
import { summary } from './summary.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, count: { type: 'string' }, state: { type: 'string' } },
});
const parts =
  positionals.length === 0 ? PARTS : PARTS.filter(({ name }) => positionals.some((p) => name.startsWith(p)));
const state = values.state ?? join(tmpdir(), `rowtide-torture-${userInfo().uid}.json`);
/** Where the remains of guilty rounds are kept. */
const evidence = `${state}.evidence`;

// The default for these ends a process without its exit handlers, which stop the servers.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

if (parts.length === 0) {
  process.stderr.write(`no such part; there are ${PARTS.map(({ name }) => name).join(' ')}\n`);
  process.exitCode = 2;
} else {
  process.exitCode = await torture(parts);
}

async function torture(parts: readonly Part[]): Promise<number> {
  const progress = Progress.open(state, values.seed === undefined ? undefined : Number(values.seed));
  say(
    `seed ${progress.seed}; ${progress.count === 0 ? '' : `${progress.count} rounds are done already; `}state ${state}`,
  );
  let failures = 0;
  let servers = await Servers.start();
  try {
    for (const part of parts) {
      const names = roundsOf(part).map((round) => `${part.name}-${round}`);
      for (const [round, name] of names.entries()) {
        if (progress.result(name) !== undefined) continue;
        const result = await runPartRound(part, { servers, seed: progress.seed, round, evidence }).catch(failed);
        progress.record(name, result);
        for (const failure of failuresOf(part, [result])) say(`  ${name}: ${failure}`);
        if (result.error !== null) {
          // Whatever state they were left in, the next round shall not suffer from it.
          await servers[Symbol.asyncDispose]();
          servers = await Servers.start();
        }
      }
      const results = names
        .map((name) => progress.result(name))
        .filter((each): each is RoundResult => each !== undefined);
      const told = failuresOf(part, results);
      if (part.name.startsWith('kills') && values.count === undefined) {
        told.push(...missedStages(results).map((stage) => `no kill hit the stage ${stage}`));
      }
      process.stdout.write(summary(part, results, told));
      failures += told.length;
    }
    progress.forget(parts.flatMap((part) => roundsOf(part).map((round) => `${part.name}-${round}`)));
  } finally {
    await servers[Symbol.asyncDispose]();
  }
  process.stdout.write(failures === 0 ? 'all promises were kept\n' : `${failures} FAILURES\n`);
  return failures === 0 ? 0 : 1;
}

function roundsOf({ faults, rounds }: Part): number[] {
  const wanted = values.count === undefined ? rounds : Math.ceil(Number(values.count) / (faults / rounds));
  return Array.from({ length: wanted }, (_, round) => round);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

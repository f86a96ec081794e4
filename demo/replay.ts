import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fold } from './fold.js';
import { rowtide, say, table } from './rowtide.js';
import type { TableSum } from './shop.js';

const RECORDING = join(import.meta.dirname, 'recording');

interface Checkpoint {
  position: { log: { file: string; offset: number } };
  sink: { bytes: number };
}

/**
 * A recorded binlog through the whole pipeline into a file: killed half-way, resumed, and compared with what the
 * server's own SELECT said when the log was recorded.
 */
export async function replayDemo(folder: string): Promise<void> {
  const output = join(folder, 'changes.jsonl');
  const config = join(folder, 'rowtide.yaml');
  await writeFile(config, configOf(output));
  const { server, ...expected } = JSON.parse(await readFile(join(RECORDING, 'shop.json'), 'utf8')) as {
    server: string;
  } & Record<string, TableSum>;

  say(`A binlog of a small shop, recorded from MySQL ${server}, goes through Rowtide into ${output}.`);
  const started = performance.now();
  const killed = await killHalfway(config, output);
  const { position, sink } = JSON.parse(
    await readFile(join(folder, 'state/shop.checkpoint.json'), 'utf8'),
  ) as Checkpoint;
  say();
  say(`kill -9 when ${killed.bytes} bytes were in the file, ${killed.lines} whole lines.`);
  say(
    `The checkpoint vouches for ${sink.bytes} of them, up to ${position.log.file}:${position.log.offset}; the rest will be cut off.`,
  );
  say('Resuming …');
  const { code, log } = await rowtide('run', '--config', config).ended;
  if (code !== 0) throw new Error(`rowtide run ended with ${code}\n${log}`);
  const seconds = (performance.now() - started) / 1000;

  const fold = new Fold();
  const lines = (await readFile(output, 'utf8')).split('\n');
  for (const line of lines.slice(0, -1)) fold.add(line);
  const { insert, update, delete: deletes, statement } = fold.counts;
  say(
    `Done: ${fold.changes} changes (${insert} inserts, ${update} updates, ${deletes} deletes, ${statement} statements) in ${seconds.toFixed(1)} s, the kill included.`,
  );
  say();
  say('The last three lines:');
  for (const line of lines.slice(-4, -1)) say(`  ${line.length > 160 ? `${line.slice(0, 160)}…` : line}`);
  say();
  const sums = fold.sums();
  const equal = (name: string): boolean => JSON.stringify(sums[name]) === JSON.stringify(expected[name]);
  say('The changes, folded into tables, next to what SELECT said on the server:');
  table(
    ['table', 'rows', 'sum', 'rows on server', 'sum on server', ''],
    Object.entries(expected).map(([name, { rows, total }]) => [
      name,
      sums[name]?.rows ?? 0,
      sums[name]?.total ?? '-',
      rows,
      total,
      equal(name) ? 'same' : 'DIFFERENT',
    ]),
  );
  say();
  const missing = Object.keys(expected).filter((name) => !equal(name));
  if (missing.length > 0 || fold.repeats > 0) {
    throw new Error(`${fold.repeats} repeated changes; different tables: ${missing.join(', ') || 'none'}`);
  }
  say('Nothing is missing, nothing is there twice, no line is torn.');
}

function configOf(output: string): string {
  return `state: ./state
pipelines:
  shop:
    source: { files: [${JSON.stringify(join(RECORDING, 'binlog.000001'))}] }
    sink: { file: { path: ${JSON.stringify(output)} } }
`;
}

/** About half of what the recording comes to. */
const HALF_BYTES = 5_000_000;

/** Kills while the file grows: what is in it by then is mostly behind the last checkpoint. */
async function killHalfway(config: string, output: string): Promise<{ bytes: number; lines: number }> {
  const running = rowtide('run', '--config', config);
  let isOver = false;
  void running.ended.then(() => {
    isOver = true;
  });
  let bytes = 0;
  while (!isOver && bytes < HALF_BYTES) {
    bytes = await stat(output).then(
      ({ size }) => size,
      () => 0,
    );
    await sleep(1);
  }
  running.process.kill('SIGKILL');
  const { code, log } = await running.ended;
  if (code !== 'SIGKILL') throw new Error(`rowtide run ended with ${code}\n${log}`);
  const text = await readFile(output, 'utf8').catch(() => '');
  return { bytes: Buffer.byteLength(text), lines: text.split('\n').length - 1 };
}

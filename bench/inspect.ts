import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { mysqlTool } from '../test/servers/mysql.js';
import { type Contestant, compare } from './compare.js';
import { ratio, type Settings } from './decode.js';
import type { Measured } from './meter.js';
import { childrenCpuSeconds } from './peers/mysqlbinlog.js';
import { startWorkload } from './workload.js';

export interface CommandTask {
  readonly path: string;
  readonly rows: number;
  readonly images: number;
}

/** What a DBA writes in place of a summary: rows by table and kind, counted in what mysqlbinlog prints. */
const COUNTING_AWK = '/^### (INSERT INTO|UPDATE|DELETE FROM) /{n[$2" "$NF]++} END{for(k in n)print k,n[k]}';

/** A summary of a file, and its rows as pseudo-SQL, as whole commands: with the time that they take to start. */
export async function benchInspect({ rows, runs }: Settings): Promise<void> {
  const { path, server, ...workload } = await startWorkload(rows);
  try {
    const contestant = (label: string, task: Contestant['task']): Contestant => ({
      label,
      task,
      bytesPerRow: workload.bytes / workload.rows,
      options: (): CommandTask => ({ path, rows: workload.rows, images: workload.images }),
    });
    await compare('inspect', {
      contestants: [
        contestant('rowtide --view summary', 'inspectSummary'),
        contestant('mysqlbinlog -vv | awk', 'countByAwk'),
        contestant('rowtide -vv', 'inspectText'),
        contestant('mysqlbinlog -vv', 'printMysqlbinlog'),
      ],
      ratios: [
        ratio('summary against counting', 'rowtide --view summary', 'mysqlbinlog -vv | awk', 10),
        ratio('text against mysqlbinlog', 'rowtide -vv', 'mysqlbinlog -vv', 2),
      ],
      runs,
    });
  } finally {
    await server.remove();
  }
}

const MAIN = join(import.meta.dirname, '../../../dist/src/cli/main.js');

export const inspectSummary = (task: CommandTask): Promise<Measured> =>
  measured(`"$0" "$1" inspect --no-defaults --view summary "$2"`, [process.execPath, MAIN, task.path], task);

export const inspectText = (task: CommandTask): Promise<Measured> =>
  measured(
    `"$0" "$1" inspect --no-defaults --base64-output=decode-rows -vv "$2" > /dev/null`,
    [process.execPath, MAIN, task.path],
    task,
  );

export async function countByAwk(task: CommandTask): Promise<Measured> {
  const { file, args } = await mysqlTool('mysqlbinlog');
  const words = [file, ...args].map((word) => `'${word}'`).join(' ');
  return measured(`${words} --base64-output=decode-rows -vv "$0" | awk '${COUNTING_AWK}'`, [task.path], task);
}

async function measured(script: string, words: readonly string[], { rows, images }: CommandTask): Promise<Measured> {
  const from = { ms: performance.now(), cpu: childrenCpuSeconds() };
  const child = spawn('sh', ['-c', script, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  const seconds = (performance.now() - from.ms) / 1000;
  return { rows, images, seconds, cpuSeconds: childrenCpuSeconds() - from.cpu, rssMiB: null, hash: null };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mysqlTool } from '../../test/servers/mysql.js';
import type { Measured } from '../meter.js';

const TICKS_PER_SECOND = 100;

/** The server's own tool, printing every row to nowhere. It counts nothing, so the caller says what the file holds. */
export async function printMysqlbinlog(options: { path: string; rows: number; images: number }): Promise<Measured> {
  const { path, rows, images } = options;
  const { file, args } = await mysqlTool('mysqlbinlog');
  const from = { ms: performance.now(), cpu: childrenCpuSeconds() };
  const child = spawn(file, [...args, '--base64-output=decode-rows', '-vv', path], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`mysqlbinlog ended with ${code}`);
  const seconds = (performance.now() - from.ms) / 1000;
  return { rows, images, seconds, cpuSeconds: childrenCpuSeconds() - from.cpu, rssMiB: null, hash: null };
}

/** Of the children that ended. */
export function childrenCpuSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

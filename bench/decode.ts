import { stat } from 'node:fs/promises';
import { type Contestant, compare, type Ratio, runTask } from './compare.js';
import { startWorkload, type WorkloadServer } from './workload.js';

export interface Settings {
  readonly rows: number;
  readonly runs: number;
}

/** V8 has compiled what it wants to after so many rows. */
export const WARM_UP_ROWS = 200_000;

export interface Live {
  readonly url: string;
  readonly workload: { file: string; rows: number; images: number; bytes: number };
  readonly warmUpRows: number;
}

export function liveOf({ server, file, rows, images, bytes }: WorkloadServer): Live {
  return { url: server.url, workload: { file, rows, images, bytes }, warmUpRows: Math.min(WARM_UP_ROWS, rows / 3) };
}

/** Row objects of the same log from the same server, with and without a hash over all values, and of the same file. */
export async function benchDecodeLive({ rows, runs }: Settings): Promise<void> {
  const workload = await startWorkload(rows);
  try {
    const bytesPerRow = workload.bytes / workload.rows;
    const live = liveOf(workload);
    const contestant = (label: string, task: Contestant['task'], hashes: boolean): Contestant => ({
      label,
      task,
      bytesPerRow,
      options: () => ({ ...live, hashes }),
    });
    await compare('decode', {
      contestants: [
        contestant('rowtide live, hashed', 'decodeLive', true),
        contestant('zongji live, hashed', 'decodeZongji', true),
        contestant('rowtide live', 'decodeLive', false),
        contestant('zongji live', 'decodeZongji', false),
        ...fileContestants(workload.path, workload),
      ],
      ratios: [
        ratio('live and hashed against zongji', 'rowtide live, hashed', 'zongji live, hashed', 5),
        ratio('live against zongji', 'rowtide live', 'zongji live', 5),
        ...FILE_RATIOS,
      ],
      runs,
    });
  } finally {
    await workload.server.remove();
  }
}

export async function benchDecodeFile(path: string, { runs }: Settings): Promise<void> {
  const { size: bytes } = await stat(path);
  const { rows, images } = await runTask('decodeFile', { path, hashes: false });
  await compare('decode', { contestants: fileContestants(path, { rows, images, bytes }), ratios: FILE_RATIOS, runs });
}

/** Transactions are read, checked and grouped, and nobody asks for their rows. */
export async function benchStream({ rows, runs }: Settings): Promise<void> {
  const workload = await startWorkload(rows);
  try {
    const bytesPerRow = workload.bytes / workload.rows;
    const live = liveOf(workload);
    await compare('stream', {
      contestants: [
        { label: 'rowtide live', task: 'streamLive', bytesPerRow, options: () => live },
        { label: 'zongji live', task: 'decodeZongji', bytesPerRow, options: () => ({ ...live, hashes: false }) },
      ],
      ratios: [ratio('reading against zongji', 'rowtide live', 'zongji live', 12)],
      runs,
    });
  } finally {
    await workload.server.remove();
  }
}

function fileContestants(path: string, size: { rows: number; images: number; bytes: number }): Contestant[] {
  const bytesPerRow = size.bytes / size.rows;
  return [
    { label: 'rowtide file, hashed', task: 'decodeFile', bytesPerRow, options: () => ({ path, hashes: true }) },
    { label: 'rowtide file', task: 'decodeFile', bytesPerRow, options: () => ({ path, hashes: false }) },
    { label: 'mysqlbinlog -vv', task: 'printMysqlbinlog', bytesPerRow, options: () => ({ path, ...size }) },
  ];
}

const FILE_RATIOS: readonly Ratio[] = [
  ratio('file and hashed against mysqlbinlog', 'rowtide file, hashed', 'mysqlbinlog -vv', 3),
  ratio('file against mysqlbinlog', 'rowtide file', 'mysqlbinlog -vv', 3),
];

export function ratio(name: string, ours: string, peer: string, target: number): Ratio {
  return { name, ours, peer, target, of: 'rowsPerSecond' };
}

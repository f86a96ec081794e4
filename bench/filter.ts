import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  changes,
  diskSpool,
  fileLog,
  type Source,
  schemas,
  type TransformOptions,
  tableTest,
  transactions,
  transformed,
  transformOf,
} from 'rowtide';
import { compare, type Ratio } from './compare.js';
import type { Settings } from './decode.js';
import { type Measured, Meter } from './meter.js';
import { readAll } from './ours.js';
import { startWorkload } from './workload.js';

const FILTERS = {
  none: {},
  'for other tables': {
    exclude: ['other.*'],
    where: { 'other.*': 'id > 0' },
    columns: { exclude: ['other.*.id'], mask: { 'other.*.name': '***' } },
  },
  'where, all rows pass': { where: { 'bench.orders': 'state < 9 AND amount >= 0' } },
  'where, no row passes': { where: { 'bench.orders': "state = 9 OR name LIKE 'Nobody%'" } },
  'two columns left out': { columns: { exclude: ['bench.orders.note', 'bench.orders.detail'] } },
  'one masked': { columns: { mask: { 'bench.orders.name': '***' } } },
  'one hashed': { columns: { hash: ['bench.orders.name'], hashKey: 'sesame' } },
  'table left out': { exclude: ['bench.orders'] },
} satisfies Record<string, TransformOptions>;

type FilterName = keyof typeof FILTERS;

export interface FilterTask {
  readonly path: string;
  readonly filter: FilterName | null;
  /** What the file holds, whatever passes. */
  readonly rows: number;
  readonly images: number;
}

/** Row objects of a file behind each kind of filter: what one costs is the difference to none. */
export async function benchFilter({ rows, runs }: Settings): Promise<void> {
  const { path, server, ...workload } = await startWorkload(rows);
  try {
    const bytesPerRow = workload.bytes / workload.rows;
    const contestant = (label: string, filter: FilterName | null) => ({
      label,
      task: 'filterFile' as const,
      bytesPerRow,
      options: (): FilterTask => ({ path, filter, rows: workload.rows, images: workload.images }),
    });
    const names = Object.keys(FILTERS) as FilterName[];
    await compare('filter', {
      contestants: [...names.map((name) => contestant(name, name)), contestant('nobody looks', null)],
      ratios: [
        cpuRatio('filters for other tables against none', 'for other tables', 'none'),
        cpuRatio('a table left out against nobody looking into it', 'table left out', 'nobody looks'),
      ],
      runs,
    });
  } finally {
    await server.remove();
  }
}

/** By CPU, which other work on the machine moves least. */
function cpuRatio(name: string, ours: string, peer: string): Ratio {
  return { name, ours, peer, target: 0.95, of: 'cpuSecondsPerMillionRows' };
}

/** Reads the file twice and measures the second time. */
export async function filterFile({ path, filter, rows, images }: FilterTask): Promise<Measured> {
  await readFiltered(path, filter);
  const meter = new Meter(0);
  meter.add(0, 0);
  await readFiltered(path, filter);
  meter.add(rows, images);
  return meter.finish(null);
}

async function readFiltered(path: string, filter: FilterName | null): Promise<void> {
  const options = filter === null ? {} : FILTERS[filter];
  await readAll(sourceOf(path, options), (transaction) => {
    if (filter !== null) for (const _ of changes(transaction));
    return true;
  });
}

function sourceOf(path: string, options: TransformOptions): Source {
  const source = transactions(fileLog({ paths: [path] }), {
    schemas: schemas({ kind: 'auto', history: null }),
    wants: tableTest(options),
    spool: diskSpool(join(tmpdir(), 'rowtide-bench')),
    start: (log, signal) => log.tail(signal),
  });
  return transformed(source, transformOf(options));
}

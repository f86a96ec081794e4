import { type Contestant, compare } from './compare.js';
import { liveOf, ratio, type Settings } from './decode.js';
import { SHAPES } from './shapes.js';
import { startWorkload } from './workload.js';

/** Row objects of tables of several shapes, live; the hashed runs prove that the values are the same. */
export async function benchTables(settings: Settings, names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => SHAPES.every(({ shape }) => shape.name !== name));
  if (unknown.length > 0) throw new Error(`no such tables: ${unknown.join(', ')}`);
  for (const each of SHAPES)
    if (names.length === 0 || names.includes(each.shape.name)) await benchShape(each, settings);
}

async function benchShape({ shape, ratioWanted }: (typeof SHAPES)[number], { rows, runs }: Settings): Promise<void> {
  const workload = await startWorkload(rows, shape);
  try {
    const live = liveOf(workload);
    const contestant = (label: string, task: Contestant['task'], hashes: boolean): Contestant => ({
      label,
      task,
      bytesPerRow: workload.bytes / workload.rows,
      options: () => ({ ...live, hashes }),
    });
    await compare(`tables: ${shape.name}`, {
      contestants: [
        contestant('rowtide live, hashed', 'decodeLive', true),
        contestant('zongji live, hashed', 'decodeZongji', true),
        contestant('rowtide live', 'decodeLive', false),
        contestant('zongji live', 'decodeZongji', false),
      ],
      ratios: [
        ratio('live and hashed against zongji', 'rowtide live, hashed', 'zongji live, hashed', ratioWanted),
        ratio('live against zongji', 'rowtide live', 'zongji live', ratioWanted),
      ],
      runs,
    });
  } finally {
    await workload.server.remove();
  }
}

import ZongJi from '@vlasky/zongji';
import { ValueHash } from '../hash.js';
import { type Measured, Meter } from '../meter.js';
import type { LiveOptions } from '../ours.js';

type Row = { readonly [column: string]: unknown };

/** What we use of zongji's events, which its own types leave open. */
export interface RowsEvent {
  getTypeName(): string;
  readonly rows?: readonly (Row | { before: Row; after: Row })[];
}

/** zongji as its README shows it, with the options that make its values those of ours: texts for dates and JSON. */
export function startZongji({ url, workload }: LiveOptions, onRows: (event: RowsEvent) => void): ZongJi {
  const { hostname, port, username } = new URL(url);
  const zongji = new ZongJi({
    host: hostname,
    port: Number(port),
    user: username,
    dateStrings: true,
    jsonStrings: true,
    timezone: 'Z',
  } as ConstructorParameters<typeof ZongJi>[0]);
  zongji.on('binlog', (event) => onRows(event as unknown as RowsEvent));
  zongji.on('error', (error) => {
    throw error;
  });
  zongji.start({
    serverId: 100_000 + (process.pid % 100_000),
    filename: workload.file,
    position: 4,
    includeEvents: ['tablemap', 'writerows', 'updaterows', 'deleterows'],
  });
  return zongji;
}

export function decodeZongji(options: LiveOptions & { hashes: boolean }): Promise<Measured> {
  const meter = new Meter(options.warmUpRows);
  const hash = options.hashes ? new ValueHash() : null;
  return new Promise((resolve) => {
    const zongji = startZongji(options, ({ rows }) => {
      if (rows === undefined) return;
      let images = 0;
      for (const row of rows) {
        const both = isUpdate(row);
        images += both ? 2 : 1;
        if (hash === null) continue;
        if (both) hash.add(row.before);
        hash.add(both ? row.after : row);
      }
      meter.add(rows.length, images);
      if (meter.rows < options.workload.rows) return;
      const measured = meter.finish(hash === null ? null : hash.value);
      zongji.once('stopped', () => resolve(measured));
      zongji.stop();
    });
  });
}

export function isUpdate(row: Row | { before: Row; after: Row }): row is { before: Row; after: Row } {
  return typeof row.before === 'object' && typeof row.after === 'object' && row.before !== null;
}

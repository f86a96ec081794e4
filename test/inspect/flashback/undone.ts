import { tmpdir } from 'node:os';
import { type FlashbackOptions, flashback } from '../../../src/cli/inspect/flashback.js';
import type { Position } from '../../../src/core/position.js';
import type { Output } from '../../../src/inspect/output.js';
import { serverLog } from '../../../src/source/server.js';
import type { DatabaseAddress } from '../../servers/database.js';
import { addressOf } from './workload.js';

const { signal } = new AbortController();

export interface Undone {
  readonly script: string;
  readonly report: string;
  /** What it was refused with. */
  readonly error: unknown;
}

/** What undoes all that a server logged behind a position. */
export async function undone(
  server: DatabaseAddress,
  from: Position,
  options: Partial<FlashbackOptions> = {},
): Promise<Undone> {
  const printed: Buffer[] = [];
  let report = '';
  const output = {
    write: async (text: Output) => void printed.push(text.take()),
    report: (text: string) => {
      report += text;
    },
  };
  const all: FlashbackOptions = {
    form: 'sql',
    log: serverLog({ address: addressOf(server), stopAtEnd: true }),
    from,
    wants: null,
    where: {},
    server: addressOf(server),
    check: false,
    spoolDir: tmpdir(),
    ...options,
  };
  let error: unknown = null;
  try {
    await flashback(all, output, signal);
  } catch (thrown) {
    error = thrown;
  }
  return { script: Buffer.concat(printed).toString(), report, error };
}

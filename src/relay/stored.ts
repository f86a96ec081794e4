import { type LoggedGtids, TransactionEnds } from '../binlog/transaction-ends.js';
import { RowtideError } from '../core/errors.js';
import { FIRST_OFFSET } from '../source/events.js';
import { FileReader } from '../source/file-reader.js';
import { openInput } from '../source/input.js';
import { DurableEnd } from './durable-end.js';
import { damaged, RelayFolder } from './folder.js';
import type { ReadableRelay } from './reader.js';
import { recover } from './recover.js';

/** A relay as its folder holds it, up to its last whole transaction, whether or not a process writes it. */
export async function openStored(path: string): Promise<ReadableRelay> {
  const folder = new RelayFolder(path);
  await folder.load();
  const { source } = folder;
  if (source === null) {
    throw new RowtideError('USAGE', `${path} is not the folder of a relay that has received anything`, {
      hint: 'Give the `folder` of a relay, as the configuration names it.',
    });
  }
  const recovered = await recover(folder, { cutsOff: false });
  const end = new DurableEnd();
  end.moveTo(recovered.end);
  return { folder, end, logged: recovered.ends.logged, source: async () => source };
}

export interface VerifiedFile {
  readonly name: string;
  readonly bytes: number;
  readonly transactions: number;
}

/**
 * Reads every file of a relay, each event's checksum and place, and that each file says it begins where the one before it
 * ended. Throws what is wrong by name, after the files in front of it were yielded.
 */
export async function* verified(relay: ReadableRelay, signal: AbortSignal): AsyncGenerator<VerifiedFile> {
  const ends = new TransactionEnds();
  const { point } = relay.end;
  for (const name of relay.folder.files) {
    const limit = name === point?.file ? point.offset : Number.POSITIVE_INFINITY;
    const before = ends.logged?.toString();
    let begun = ends.begin;
    let [transactions, bytes] = [0, FIRST_OFFSET];
    for await (const { events, format } of eventsOf(relay.folder.pathOf(name), signal)) {
      for (const event of events) {
        if (event.end > limit) break;
        const wasOpen = !ends.isIdle;
        if (ends.take(event, format) && wasOpen) transactions++;
        bytes = event.end;
      }
      ends.settle();
      if (ends.begin !== begun) checkBegin(relay.folder.pathOf(name), before, ends.begin);
      begun = ends.begin;
    }
    yield { name, bytes, transactions };
    if (name === point?.file) return;
  }
}

async function* eventsOf(path: string, signal: AbortSignal) {
  const input = await openInput(path, signal);
  try {
    const reader = new FileReader(input, { eventBytesMax: 2 ** 30 });
    await reader.first(FIRST_OFFSET);
    for (let block = await reader.next(); block !== null; block = await reader.next()) yield block;
  } finally {
    await input.close();
  }
}

function checkBegin(path: string, before: string | undefined, said: LoggedGtids): void {
  if (before === undefined || said?.toString() === before) return;
  throw damaged(
    `${path} begins behind ${said?.toString() ?? ''}, and the files in front of it end at ${before}`,
    'A file between them was taken out, or one of them is of another log. Restore them from a backup, or from the source.',
  );
}

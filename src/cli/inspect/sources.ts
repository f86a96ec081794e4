import { RowtideError } from '../../core/errors.js';
import type { LoggedEvent } from '../../inspect/logged-event.js';
import { type Input, openInput, StreamInput } from '../../source/input.js';
import { LenientReader } from '../../source/lenient-reader.js';
import type { InspectOptions } from './options.js';
import { number } from './values.js';

/** Servers log no event above 1 GiB. */
const EVENT_BYTES_MAX = 2 ** 30;
export const FIRST_OFFSET = 4;

export interface Reading {
  readonly options: InspectOptions;
  /** The first of several sources: where to begin is about it. */
  readonly isFirst: boolean;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

/** The events of one source, in blocks. */
export async function* readEvents(source: string, reading: Reading): AsyncGenerator<readonly LoggedEvent[]> {
  const { options, isFirst, signal, warn } = reading;
  const input: Input = source === '-' ? new StreamInput('-', process.stdin) : await openInput(source, signal);
  try {
    const reader = new LenientReader(input, {
      startOffset: isFirst ? startOffset(options) : FIRST_OFFSET,
      verifyChecksums: options.verifyBinlogChecksum ?? false,
      eventBytesMax: EVENT_BYTES_MAX,
      warn,
    });
    for (;;) {
      const events = await reader.next();
      if (events === null) return;
      yield events;
    }
  } finally {
    await input.close();
  }
}

export function startOffset({ startPosition }: InspectOptions): number {
  return startPosition === undefined
    ? FIRST_OFFSET
    : Math.max(offsetOf('--start-position', startPosition), FIRST_OFFSET);
}

export function stopOffset({ stopPosition }: InspectOptions): number {
  return stopPosition === undefined
    ? Number.POSITIVE_INFINITY
    : Math.max(offsetOf('--stop-position', stopPosition), FIRST_OFFSET);
}

function offsetOf(option: string, text: string): number {
  try {
    return number(text);
  } catch {
    throw new RowtideError('USAGE', `${option} ${JSON.stringify(text)} is no offset`, {
      hint: 'GTIDs are positions of MariaDB’s logs only; MySQL’s take --include-gtids.',
    });
  }
}

import { isMariadb } from '../../binlog/server-version.js';
import { RowtideError } from '../../core/errors.js';
import { HEADER_BYTES } from '../../core/event.js';
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
  /** Whose output the events are for. */
  readonly style?: 'mysql' | 'mariadb';
  /** See LenientOptions. */
  readonly check?: ((passed: LoggedEvent) => void) | undefined;
  /** It may have been opened already. */
  readonly input?: Input | undefined;
  /** Of what is read nothing is kept when the next block is asked for. */
  readonly reusesMemory?: boolean;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

/** Standard input is `-`. */
async function openSource(source: string, signal: AbortSignal): Promise<Input> {
  return source === '-' ? new StreamInput('-', process.stdin) : openInput(source, signal);
}

export interface Peeked {
  readonly input: Input;
  readonly style: 'mysql' | 'mariadb';
}

/** Where the version of the server ends in a file's first event. */
const VERSION_END = FIRST_OFFSET + HEADER_BYTES + 2 + 50;

/** Opens a source and looks who wrote it, as far as its first event is there. */
export async function peek(source: string, signal: AbortSignal): Promise<Peeked> {
  const input = await openSource(source, signal);
  const head = Buffer.alloc(VERSION_END);
  const length = await input.read(head, 0, head.length);
  return { input, style: isMariadb(head.latin1Slice(0, length)) ? 'mariadb' : 'mysql' };
}

/** The events of one source, in blocks. */
export async function* readEvents(source: string, reading: Reading): AsyncGenerator<readonly LoggedEvent[]> {
  const { options, isFirst, signal, warn } = reading;
  const input = reading.input ?? (await openSource(source, signal));
  try {
    const reader = new LenientReader(input, {
      startOffset: isFirst ? startOffset(options) : FIRST_OFFSET,
      verifyChecksums: options.verifyBinlogChecksum ?? false,
      showsDamaged: reading.style === 'mariadb' && (options.forceRead ?? false),
      eventBytesMax: EVENT_BYTES_MAX,
      check: reading.check,
      formatAt: reading.style === 'mariadb' ? 'own place' : 'search end',
      reusesMemory: reading.reusesMemory ?? false,
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
  return startPosition === undefined || isGtidList(startPosition)
    ? FIRST_OFFSET
    : Math.max(offsetOf('--start-position', startPosition), FIRST_OFFSET);
}

export function stopOffset({ stopPosition }: InspectOptions): number {
  return stopPosition === undefined || isGtidList(stopPosition)
    ? Number.POSITIVE_INFINITY
    : Math.max(offsetOf('--stop-position', stopPosition), FIRST_OFFSET);
}

/** MariaDB's logs have positions of this kind, too. */
export function isGtidList(position: string): boolean {
  return /^\d+-\d+-\d+(,|$)/.test(position);
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

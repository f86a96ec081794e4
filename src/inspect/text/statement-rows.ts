import { withPlainHeader } from '../../binlog/header.js';
import { HeldEvents } from '../../binlog/held-events.js';
import { isRowsEvent } from '../../binlog/rows.js';
import { TABLE_MAP_EVENT } from '../../binlog/types.js';
import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../../core/event.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { RowsText } from '../rows/rows-text.js';
import { writeBase64 } from './base64.js';
import type { TextOptions, TextSurroundings } from './options.js';

const CHECKSUM_BYTES = 4;
/** What is held above it waits on disk: a statement may be as large as a transaction. */
const MEMORY_BYTES_MAX = 4 * 1024 * 1024;
/** Of these most is in one piece of memory, used from statement to statement. */
const ARENA_BYTES = 1024 * 1024;
/** The text of what is held is up to ten times as large: that of more is written out in between. */
const DRAINED_BYTES_MIN = 16 * 1024;
const DRAIN_BYTES = 64 * 1024;
const DELIMITER = '/*!*/;';

/**
 * The table maps and rows of the statement that is printed. What they hold is printed behind the headers of all of them:
 * first as one BINLOG, then as pseudo-SQL. So they wait for its end, as they were logged, which is the shortest form.
 */
export class StatementRows {
  readonly #options: TextOptions;
  readonly #surroundings: TextSurroundings;
  readonly #rows: RowsText;
  #held: HeldEvents;
  #format: FormatDescription | null = null;
  #arena: Buffer | null = null;
  #arenaUsed = 0;

  constructor(options: TextOptions, surroundings: TextSurroundings) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#rows = new RowsText({ style: options.style, verbose: options.verbose });
    this.#held = this.#empty();
  }

  add({ event, format, raw }: LoggedEvent): void {
    if (this.#options.base64Output !== 'auto' && this.#options.verbose === 0) return;
    this.#format = format;
    const { type, timestamp, serverId, flags, start, end } = event;
    const bytes = this.#held.isOnDisk ? raw : this.#copy(raw);
    this.#held.push({ type, timestamp, serverId, flags, bytes, start, end });
  }

  /** The block that an event is read from is used again before its statement ends. */
  #copy(raw: Buffer): Buffer {
    this.#arena ??= Buffer.allocUnsafeSlow(ARENA_BYTES);
    const at = this.#arenaUsed;
    if (at + raw.length > ARENA_BYTES) return Buffer.from(raw);
    this.#arenaUsed = at + raw.length;
    raw.copy(this.#arena, at);
    return this.#arena.subarray(at, this.#arenaUsed);
  }

  /** Prints what is held. A promise where that is much. */
  end(output: Output): Promise<void> | null {
    const format = this.#format;
    if (format === null) return null;
    const held = this.#held;
    this.#held = this.#empty();
    this.#format = null;
    // What is held is printed before anything else is added.
    this.#arenaUsed = 0;
    const parts = this.#print(held, format, output);
    if (held.bytes > DRAINED_BYTES_MIN) return this.#drained(parts, held, output);
    for (const _ of parts);
    held.release();
    return null;
  }

  #empty(): HeldEvents {
    return new HeldEvents(this.#surroundings.spool, MEMORY_BYTES_MAX);
  }

  async #drained(parts: Iterable<void>, held: HeldEvents, output: Output): Promise<void> {
    try {
      for (const _ of parts) if (output.length > DRAIN_BYTES) await this.#surroundings.drain(output);
    } finally {
      held.release();
    }
  }

  *#print(held: HeldEvents, format: FormatDescription, output: Output): Generator<void> {
    if (this.#options.base64Output === 'auto') {
      output.ascii("\nBINLOG '\n");
      for (const { bytes } of held.events({ reusesMemory: true })) {
        writeBase64(bytes, output);
        yield;
      }
      output.ascii(`'${DELIMITER}\n`);
    }
    if (this.#options.verbose === 0) return;
    for (const event of held.events({ reusesMemory: true })) {
      if (event.type === TABLE_MAP_EVENT) this.#rows.map(decodable(event, format), format);
      else if (isRowsEvent(event.type)) this.#rows.write(decodable(event, format), format, output);
      yield;
    }
    this.#rows.endStatement();
  }
}

/** What was held as it was logged, as decoders take it. */
function decodable(event: RawEvent, format: FormatDescription): RawEvent {
  const { bytes: raw } = event;
  const body = raw.subarray(0, raw.length - (format.checksum === 'crc32' ? CHECKSUM_BYTES : 0));
  return { ...event, bytes: format.headerBytes === HEADER_BYTES ? body : withPlainHeader(body, format) };
}

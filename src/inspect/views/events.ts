import { visible } from '../../format/visible.js';
import type { FactWriter } from './fact-writer.js';
import { shownInfo, shownType } from './shown-event.js';
import type { View, ViewedEvent } from './view.js';

/** Where an event's header says that it ends: the low 32 bits, 0 in MariaDB's transactions since 11.4. */
const LOGGED_END_AT = 13;
const HEAD = ['Log_name', 'Pos', 'Event_type', 'Server_id', 'End_log_pos', 'Info'] as const;

/** The table of SHOW BINLOG EVENTS. */
export class EventsView implements View {
  readonly #writer: FactWriter;
  #hasHead = false;

  constructor(writer: FactWriter) {
    this.#writer = writer;
  }

  event({ file, format, event, inner }: ViewedEvent): void {
    if (!this.#hasHead) this.#writer.head(line(file.length, HEAD));
    this.#hasHead = true;
    // The server says of all events of a payload that they stand behind it.
    const position = inner ? event.end : event.start;
    const end = inner ? event.end : event.bytes.readUInt32LE(LOGGED_END_AT);
    const [type, info] = [shownType(event.type), shownInfo(event, format)];
    this.#writer.fact({ file, position, type, serverId: event.serverId, end, info }, () =>
      line(file.length, [visible(file), String(position), type, String(event.serverId), String(end), visible(info)]),
    );
  }

  end(): void {
    this.#writer.end();
  }
}

function line(fileLength: number, cells: readonly string[]): string {
  const [file = '', position = '', type = '', serverId = '', end = '', info = ''] = cells;
  const numbers = [position.padStart(10), type.padEnd(18), serverId.padStart(10), end.padStart(11)];
  return [file.padEnd(Math.max(fileLength, 8)), ...numbers, info].join('  ').trimEnd();
}

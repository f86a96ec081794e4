import { checksumOf, type LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { writeHexdump } from './hexdump.js';
import type { PrintState } from './state.js';

const END_AT = 13;

/** What begins the text of an event: when, who, where it ends. Its line goes on with what the event is. */
export function printHeader(logged: LoggedEvent, state: PrintState, output: Output): void {
  printHeaderLine(logged, state, output);
  printDump(logged, state, output);
}

export function printHeaderLine(logged: LoggedEvent, state: PrintState, output: Output): void {
  const { event } = logged;
  const end = (state.payload ?? logged).raw.readUInt32LE(END_AT);
  const checksum = checksumOf(logged);
  const crc = checksum === null ? '' : `CRC32 0x${checksum.toString(16).padStart(8, '0')} `;
  output.ascii(
    `#${localTime(event.timestamp)} server id ${serverIdOf(event.serverId, state)}  end_log_pos ${end} ${crc}`,
  );
}

/** The event's bytes, where they are asked for. */
export function printDump(logged: LoggedEvent, state: PrintState, output: Output): void {
  const { hexdump, style } = state.options;
  const { start } = logged.event;
  if (!hexdump) return;
  const from = state.payload?.raw.readUInt32LE(END_AT) ?? start;
  writeHexdump(logged, output, { style, from, showsFields: style === 'mariadb' || state.hasFormat });
}

function serverIdOf(serverId: number, { options }: PrintState): number {
  return options.serverIdBits === 32 ? serverId : (serverId & ((1 << options.serverIdBits) - 1)) >>> 0;
}

let lastSeconds = -1;
let lastText = '';

/** `yymmdd hh:mm:ss` with the hour padded by a space; most events are of the second of the one before. */
export function localTime(seconds: number): string {
  if (seconds !== lastSeconds) {
    const date = new Date(seconds * 1000);
    const day = `${two(date.getFullYear() % 100)}${two(date.getMonth() + 1)}${two(date.getDate())}`;
    const hour = String(date.getHours()).padStart(2, ' ');
    lastText = `${day} ${hour}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
    lastSeconds = seconds;
  }
  return lastText;
}

export function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

import { NameBytesReader } from '../../binlog/bytes.js';
import { decodeRotate } from '../../binlog/rotate.js';
import { HEADER_BYTES } from '../../core/event.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import type { PrintState } from './state.js';

export function printRotate(logged: LoggedEvent, state: PrintState, output: Output): void {
  if (state.options.shortForm) return;
  const { file } = decodeRotate(logged.event.bytes, NameBytesReader);
  printHeader(logged, state, output);
  output.ascii(`\tRotate to ${file}  pos: ${logged.event.bytes.readBigInt64LE(HEADER_BYTES)}\n`);
}

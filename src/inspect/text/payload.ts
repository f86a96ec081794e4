import { crc32 } from 'node:zlib';
import { payloadEvents } from '../../binlog/payload-events.js';
import { decodeTransactionPayload } from '../../binlog/transaction-payload.js';
import type { RawEvent } from '../../core/event.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import { flushPending, type PrintState } from './state.js';

/** TRANSACTION_PAYLOAD: what it is, then the events in it. */
export async function printPayload(
  logged: LoggedEvent,
  state: PrintState,
  output: Output,
  print: (inner: LoggedEvent) => Promise<void> | null,
): Promise<void> {
  const payload = decodeTransactionPayload(logged.event);
  const { shortForm } = state.options;
  flushPending(state, output);
  if (!shortForm) {
    printHeader(logged, state, output);
    const compression = payload.compression === 'zstd' ? 'ZSTD' : 'NONE';
    output.ascii(
      `\tTransaction_Payload\t\tpayload_size=${payload.payload.length}\tcompression_type=${compression}\tuncompressed_size=${payload.uncompressedBytes}\n`,
    );
    output.ascii('# Start of compressed events.\n');
  }
  state.payload = logged;
  try {
    for await (const event of payloadEvents(payload, logged.event, logged.format)) {
      const printed = print(innerEvent(event, logged));
      if (printed !== null) await printed;
      if (output.length > DRAIN_BYTES) await state.surroundings.drain(output);
    }
  } finally {
    state.payload = null;
  }
  if (!shortForm) output.ascii('# End of compressed events.\n');
}

const LENGTH_AT = 9;
const DRAIN_BYTES = 64 * 1024;
const CHECKSUM_BYTES = 4;

/** Events in a payload have no checksum; as the tools show them, they have one, so that BINLOG takes them. */
function innerEvent(event: RawEvent, { file, format }: LoggedEvent): LoggedEvent {
  if (format.checksum === 'none') return { file, format, event, raw: event.bytes };
  const length = event.bytes.length;
  const raw = Buffer.allocUnsafe(length + CHECKSUM_BYTES);
  raw.set(event.bytes);
  raw.writeUInt32LE(length + CHECKSUM_BYTES, LENGTH_AT);
  raw.writeUInt32LE(crc32(raw.subarray(0, length)), length);
  return { file, format, event, raw };
}

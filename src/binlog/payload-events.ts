import { malformed } from '../core/errors.js';
import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import { withPlainHeader } from './header.js';
import type { TransactionPayload } from './transaction-payload.js';
import { inflate } from './zstd.js';

const TYPE_AT = 4;
const SERVER_ID_AT = 5;
const LENGTH_AT = 9;
const FLAGS_AT = 17;

/** The events inside a TRANSACTION_PAYLOAD: without checksums, and with the place of its event in the log. */
export async function* payloadEvents(
  payload: TransactionPayload,
  event: RawEvent,
  format: FormatDescription,
): AsyncGenerator<RawEvent> {
  let pieces: Buffer[] = [];
  let have = 0;
  // Pieces of an event that is larger than they are wait until it is whole: joining each time would be quadratic.
  let need = HEADER_BYTES;
  for await (const piece of inflate(payload)) {
    pieces.push(piece);
    have += piece.length;
    if (have < need) continue;
    const joined = pieces.length === 1 ? piece : Buffer.concat(pieces, have);
    let at = 0;
    for (need = lengthAt(joined, at); need <= have - at; need = lengthAt(joined, at)) {
      const bytes = joined.subarray(at, at + need);
      yield innerEvent(format.headerBytes === HEADER_BYTES ? bytes : withPlainHeader(bytes, format), event);
      at += need;
    }
    pieces = at === have ? [] : [joined.subarray(at)];
    have -= at;
  }
  if (have > 0) throw malformed(`a TRANSACTION_PAYLOAD ends inside an event, ${have} bytes behind the last one`);
}

/** Length of the event that begins at `at`; a header's length while that is not there yet. */
function lengthAt(bytes: Buffer, at: number): number {
  if (bytes.length - at < HEADER_BYTES) return HEADER_BYTES;
  const length = bytes.readUInt32LE(at + LENGTH_AT);
  if (length < HEADER_BYTES) throw malformed(`an event of ${length} bytes in a TRANSACTION_PAYLOAD`);
  return length;
}

function innerEvent(bytes: Buffer, payload: RawEvent): RawEvent {
  return {
    type: bytes[TYPE_AT]!,
    timestamp: bytes.readUInt32LE(0),
    serverId: bytes.readUInt32LE(SERVER_ID_AT),
    flags: bytes.readUInt16LE(FLAGS_AT),
    bytes,
    start: payload.start,
    end: payload.end,
  };
}

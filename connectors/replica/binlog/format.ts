import { crc32, type FormatDescription, HEADER_BYTES, RowtideError } from 'rowtide';

const LENGTH_AT = 9;
const VERSION_BYTES = 50;
const CREATED_AT = HEADER_BYTES + 2 + VERSION_BYTES;
const CHECKSUM_BYTES = 4;

/**
 * The FORMAT_DESCRIPTION of events without checksums and with plain headers, as rowtide holds them. A time of creation
 * would have the target clean up as after a restart of its source.
 *
 *   header 19 bytes, binlog version u16, server version char[50], created u32 = 0, header length u8 = 19,
 *   post-header lengths as they were, checksum algorithm u8 = 0, CRC32 u32
 */
export function replayedFormat(format: FormatDescription): Buffer {
  const logged = format.bytes;
  if (logged === undefined || format.binlogVersion !== 4) {
    throw new RowtideError(
      'SINK_REFUSED',
      `events of ${format.serverVersion} have no format that a server could be given`,
      {
        hint: 'Use mode sql.',
      },
    );
  }
  const bytes = Buffer.concat([logged, Buffer.alloc(CHECKSUM_BYTES)]);
  bytes.writeUInt32LE(bytes.length, LENGTH_AT);
  bytes.writeUInt32LE(0, CREATED_AT);
  bytes[CREATED_AT + 4] = HEADER_BYTES;
  bytes[logged.length - 1] = 0;
  bytes.writeUInt32LE(crc32(bytes.subarray(0, logged.length)), logged.length);
  return bytes;
}

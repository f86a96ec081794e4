import { crc32 } from 'node:zlib';
import { withPlainHeader } from '../../binlog/header.js';
import * as type from '../../binlog/types.js';
import { HEADER_BYTES } from '../../core/event.js';
import type { LoggedEvent } from '../logged-event.js';
import type { TextOptions } from './options.js';

const LENGTH_AT = 9;
const CHECKSUM_BYTES = 4;
/** In the post-header of a QUERY. */
const QUERY = { schemaLengthAt: 8, statusLengthAt: 11 } as const;

/** The event with the name of its schema replaced (--rewrite-db), as if it had been logged so. */
export function rewritten(
  logged: LoggedEvent,
  { rewriteDb: names, style }: Pick<TextOptions, 'rewriteDb' | 'style'>,
): LoggedEvent {
  if (names.size === 0) return logged;
  const place = schemaPlace(logged);
  if (place === null) return logged;
  const { raw } = logged;
  const length = raw[place.lengthAt]!;
  const name = names.get(raw.toString('utf8', place.nameAt, place.nameAt + length));
  return name === undefined
    ? logged
    : replaced(logged, {
        ...place,
        length,
        name: Buffer.from(name),
        // mariadb-binlog leaves that of the old name.
        keepsChecksum: style === 'mariadb',
      });
}

interface SchemaPlace {
  readonly lengthAt: number;
  readonly nameAt: number;
}

function schemaPlace({ event, format, raw }: LoggedEvent): SchemaPlace | null {
  const body = format.headerBytes;
  switch (event.type) {
    case type.TABLE_MAP_EVENT: {
      const lengthAt = body + format.postHeaderBytes(event.type);
      return { lengthAt, nameAt: lengthAt + 1 };
    }
    case type.QUERY_EVENT:
    case type.EXECUTE_LOAD_QUERY_EVENT: {
      const postHeaderBytes = format.postHeaderBytes(event.type);
      const statusBytes = postHeaderBytes < 13 ? 0 : raw.readUInt16LE(body + QUERY.statusLengthAt);
      return { lengthAt: body + QUERY.schemaLengthAt, nameAt: body + postHeaderBytes + statusBytes };
    }
    default:
      return null;
  }
}

interface Replacement extends SchemaPlace {
  readonly length: number;
  readonly name: Buffer;
  readonly keepsChecksum: boolean;
}

function replaced({ file, format, event, raw }: LoggedEvent, place: Replacement): LoggedEvent {
  const { lengthAt, nameAt, length, name } = place;
  const bytes = Buffer.concat([raw.subarray(0, nameAt), name, raw.subarray(nameAt + length)]);
  bytes[lengthAt] = name.length;
  bytes.writeUInt32LE(bytes.length, LENGTH_AT);
  const isChecked = format.checksum === 'crc32';
  const bodyEnd = bytes.length - (isChecked ? CHECKSUM_BYTES : 0);
  if (isChecked && !place.keepsChecksum) bytes.writeUInt32LE(crc32(bytes.subarray(0, bodyEnd)), bodyEnd);
  const body = bytes.subarray(0, bodyEnd);
  const plain = format.headerBytes === HEADER_BYTES ? body : withPlainHeader(body, format);
  return { file, format, event: { ...event, bytes: plain }, raw: bytes };
}

import { malformed } from '../core/errors.js';
import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader, type Reader } from './bytes.js';
import { decodeQuery, decodeQueryParts, type QueryEvent, type QueryParts } from './query.js';

/** Where in the text of a logged LOAD DATA the name of the file stands that its blocks brought. */
export interface LoadedFile {
  readonly fileId: number;
  /** Bytes of the statement to replace by the name of the file that was loaded. */
  readonly fileNameFrom: number;
  readonly fileNameTo: number;
  readonly duplicates: 'error' | 'ignore' | 'replace';
}

/** LOAD DATA as a statement. */
export type ExecuteLoadQueryEvent = QueryEvent & LoadedFile;

const DUPLICATES = ['error', 'ignore', 'replace'] as const;
/** What stands before ours in the post-header: that of a QUERY. */
const QUERY_BYTES = 13;

export function decodeExecuteLoadQuery(event: RawEvent, format: FormatDescription): ExecuteLoadQueryEvent {
  return { ...decodeQuery(event, format), ...readLoadedFile(event) };
}

/** The same as the bytes that were logged. */
export function decodeExecuteLoadParts(
  event: RawEvent,
  format: FormatDescription,
  Names: Reader = ByteReader,
): QueryParts & LoadedFile {
  return { ...decodeQueryParts(event, format, Names), ...readLoadedFile(event) };
}

/** post-header of QUERY, file id u32, file name from u32, to u32, duplicates u8; body of QUERY */
function readLoadedFile(event: RawEvent): LoadedFile {
  const r = new ByteReader(event.bytes, HEADER_BYTES + QUERY_BYTES);
  const [fileId, fileNameFrom, fileNameTo, code] = [r.u32(), r.u32(), r.u32(), r.u8()];
  const duplicates = DUPLICATES[code];
  if (duplicates === undefined) throw malformed(`LOAD DATA treats duplicates as ${code}, which is not known`);
  return { fileId, fileNameFrom, fileNameTo, duplicates };
}

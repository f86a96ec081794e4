import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader } from './bytes.js';

export interface XaPrepareEvent {
  /** XA COMMIT … ONE PHASE: this event is the commit. */
  readonly onePhase: boolean;
  /** As the server prints it: X'gtrid',X'bqual',formatId. */
  readonly xid: string;
  readonly formatId: number;
}

/** one_phase u8, format_id i32, gtrid length u32, bqual length u32, gtrid, bqual */
export function decodeXaPrepare(event: RawEvent, format: FormatDescription): XaPrepareEvent {
  const r = new ByteReader(event.bytes, HEADER_BYTES + format.postHeaderBytes(event.type));
  const onePhase = r.u8() !== 0;
  const formatId = r.u32() | 0;
  const gtridLength = r.u32();
  const bqualLength = r.u32();
  return { onePhase, formatId, xid: formatXid(formatId, r.slice(gtridLength), r.slice(bqualLength)) };
}

/** As servers print it. */
export function formatXid(formatId: number, gtrid: Buffer, bqual: Buffer): string {
  return `X'${gtrid.toString('hex')}',X'${bqual.toString('hex')}',${formatId}`;
}

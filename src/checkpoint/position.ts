import { GtidSet } from '../core/gtid.js';
import { MariaGtids } from '../core/maria-gtid.js';
import type { HeldXa, LogPosition, Position, SchemaMark, SourceIdentity } from '../core/position.js';

/** A position as plain JSON: for checkpoints, status and messages. */
export function encodePosition({ source, log, held, schemas }: Position): object {
  return {
    source: { flavour: source.flavour, id: source.id },
    log: log.kind === 'file' ? { file: log.file, offset: log.offset } : { gtid: log.executed.toString() },
    held: held.map(({ xid, file, start, gtid, previous }) => ({ xid, file, start, gtid, previous })),
    ...(schemas !== undefined && { schemas: { history: schemas.history, version: schemas.version } }),
  };
}

/** The position that `encodePosition` made; `refuse` makes the error for anything else, from a reason. */
export function decodePosition(json: unknown, refuse: (reason: string) => Error): Position {
  if (!isObject(json) || !Array.isArray(json.held)) throw refuse('it has no position');
  const source = decodeSource(json.source, refuse);
  return {
    source,
    log: decodeLog(json.log, source, refuse),
    held: json.held.map((each) => decodeHeld(each, refuse)),
    ...(json.schemas !== undefined && { schemas: decodeMark(json.schemas, refuse) }),
  };
}

function decodeSource(json: unknown, refuse: (reason: string) => Error): SourceIdentity {
  if (isObject(json) && typeof json.id === 'string' && (json.flavour === 'mysql' || json.flavour === 'mariadb')) {
    return { flavour: json.flavour, id: json.id };
  }
  throw refuse('its position names no source');
}

function decodeLog(json: unknown, { flavour }: SourceIdentity, refuse: (reason: string) => Error): LogPosition {
  if (isObject(json)) {
    const { gtid, file, offset } = json;
    if (typeof gtid === 'string') return gtidPosition(gtid, flavour);
    if (typeof file === 'string' && isOffset(offset)) return { kind: 'file', file, offset };
  }
  throw refuse('its position is neither a GTID set nor a file and an offset');
}

/** What a server of this flavour prints as its GTIDs. */
export function gtidPosition(text: string, flavour: SourceIdentity['flavour']): LogPosition {
  return flavour === 'mysql'
    ? { kind: 'gtid', executed: GtidSet.parse(text) }
    : { kind: 'mariadb-gtid', executed: MariaGtids.parse(text) };
}

function decodeHeld(json: unknown, refuse: (reason: string) => Error): HeldXa {
  if (isObject(json)) {
    const { xid, file, start, gtid, previous } = json;
    if (typeof xid === 'string' && typeof file === 'string' && isOffset(start)) {
      const held = gtid === null || typeof gtid === 'string' ? { xid, file, start, gtid } : null;
      if (held !== null && previous === undefined) return held;
      if (held !== null && typeof previous === 'string') return { ...held, previous };
    }
  }
  throw refuse('a prepared transaction of its position is incomplete');
}

function decodeMark(json: unknown, refuse: (reason: string) => Error): SchemaMark {
  if (isObject(json) && typeof json.history === 'string' && isOffset(json.version)) {
    return { history: json.history, version: json.version };
  }
  throw refuse('the schema history of its position has no name or no version');
}

function isOffset(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

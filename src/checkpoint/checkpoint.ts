import { crc32 } from 'node:zlib';
import { RowtideError } from '../core/errors.js';
import type { SinkState } from '../core/sink.js';
import { decodePosition, encodePosition, isObject } from './position.js';
import type { Checkpoint } from './store.js';

/** Raised when the meaning of a stored checkpoint changes. Older formats stay readable for ever. */
export const CHECKPOINT_FORMAT = 1;

/** A checkpoint as it is stored: whose it is, and how many were stored before it. */
export interface StoredCheckpoint extends Checkpoint {
  readonly pipeline: string;
  readonly generation: number;
}

/**
 * JSON for people to read, with a CRC32 over its content (not over its white space) as the last key.
 * That key, and how it is computed, is the one thing that no later format may change: it tells a newer checkpoint from
 * a damaged one.
 */
export function encodeCheckpoint(checkpoint: StoredCheckpoint): string {
  const content = {
    format: CHECKPOINT_FORMAT,
    pipeline: checkpoint.pipeline,
    generation: checkpoint.generation,
    position: encodePosition(checkpoint.position),
    sink: checkpoint.sink,
  };
  return `${JSON.stringify({ ...content, crc32: checksum(content) }, null, 2)}\n`;
}

/** Throws CHECKPOINT_CORRUPT for damage, CHECKPOINT_MISMATCH for a newer format. `place` is named in both. */
export function decodeCheckpoint(text: string, place: string): StoredCheckpoint {
  const { crc32: stored, ...content } = parse(text, place);
  if (stored !== checksum(content)) throw corrupt(place, 'its checksum does not match');
  if (typeof content.format === 'number' && content.format > CHECKPOINT_FORMAT) throw newer(place, content.format);
  const { format, pipeline, generation, position, sink } = content;
  if (format !== CHECKPOINT_FORMAT) throw corrupt(place, 'it names no format');
  if (typeof pipeline !== 'string') throw corrupt(place, 'it names no pipeline');
  if (typeof generation !== 'number') throw corrupt(place, 'it has no generation');
  if (!isSinkState(sink)) throw corrupt(place, 'its sink state is not an object of plain values');
  return { pipeline, generation, position: decodePosition(position, (cause) => corrupt(place, cause)), sink };
}

function parse(text: string, place: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw corrupt(place, text === '' ? 'it is empty' : 'it is not JSON', cause);
  }
  if (!isObject(content)) throw corrupt(place, 'it is not a JSON object');
  return content;
}

function checksum(content: object): string {
  return crc32(JSON.stringify(content)).toString(16).padStart(8, '0');
}

function isSinkState(value: unknown): value is SinkState {
  return isObject(value) && Object.values(value).every((each) => !Array.isArray(each) && isPlain(each));
}

function isPlain(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value) || isSinkState(value);
}

function corrupt(place: string, reason: string, cause?: unknown): RowtideError {
  return new RowtideError('CHECKPOINT_CORRUPT', `${place} is damaged: ${reason}`, { cause });
}

function newer(place: string, format: number): RowtideError {
  const message = `${place} was written by a newer Rowtide (checkpoint format ${format}, this one knows ${CHECKPOINT_FORMAT})`;
  return new RowtideError('CHECKPOINT_MISMATCH', message, {
    hint: 'Run the version of Rowtide that wrote it, or a newer one.',
  });
}

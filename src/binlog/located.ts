import { locateError } from '../core/errors.js';
import type { LogBlock, RawEvent } from '../core/event.js';
import { eventTypeName } from './types.js';

/** Where in the log, as an error message begins. */
export function placeOf(event: RawEvent, block: LogBlock): string {
  return `${block.file}:${event.start} (${eventTypeName(event.type)})`;
}

/** Errors of the events themselves name their place; those of the reader that brings them do not. */
export async function* located(events: AsyncIterable<RawEvent>, place: string): AsyncGenerator<RawEvent> {
  try {
    yield* events;
  } catch (error) {
    throw locateError(error, place);
  }
}

import type { Output } from '../../output.js';
import type { MariadbState } from './state.js';

const DRAIN_BYTES = 64 * 1024;

/** Moves what waited, piece by piece. A promise where it is more than the output should hold. */
export function moved(parts: Generator<void>, state: MariadbState, output: Output): Promise<void> | null {
  const { head, body, footer } = state;
  if (head.size + body.size + footer.size > DRAIN_BYTES) return drained(parts, state, output);
  for (const _ of parts);
  return null;
}

async function drained(parts: Generator<void>, { surroundings }: MariadbState, output: Output): Promise<void> {
  for (const _ of parts) if (output.length > DRAIN_BYTES) await surroundings.drain(output);
}

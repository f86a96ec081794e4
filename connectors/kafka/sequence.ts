/** Sequences are counted in 31 bits and go on at zero. */
export const SEQUENCES = 2 ** 31;

export function advance(sequence: number, by: number): number {
  return (sequence + by) % SEQUENCES;
}

/** How far `to` lies after `from`, counted the short way round: negative when it lies before. */
export function distance(from: number, to: number): number {
  const ahead = (to - from + SEQUENCES) % SEQUENCES;
  return ahead < SEQUENCES / 2 ? ahead : ahead - SEQUENCES;
}

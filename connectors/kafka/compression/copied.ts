/** A call into native code pays for long pieces only. */
const SHORT_BYTES = 32;

/** Returns where the copy ends. */
export function copied(
  source: Buffer,
  { from, to }: { from: number; to: number },
  { out, at }: { out: Buffer; at: number },
): number {
  if (to - from > SHORT_BYTES) return at + source.copy(out, at, from, to);
  let end = at;
  for (let i = from; i < to; i++) out[end++] = source[i]!;
  return end;
}

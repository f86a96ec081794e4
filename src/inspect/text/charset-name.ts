import { charsetOf } from '../../column/charset.js';

/** Name of the character set of a collation; null where it is not known. */
export function charsetNameOf(collation: number): string | null {
  try {
    return charsetOf(collation, '').name;
  } catch {
    return null;
  }
}

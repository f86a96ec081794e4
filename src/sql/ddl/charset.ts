import { acceptCharset } from './column.js';
import type { Cursor } from './cursor.js';
import type { CharsetOption } from './statement.js';

/** [DEFAULT] CHARACTER SET [=] x or [DEFAULT] COLLATE [=] x; null where neither stands. */
export function parseCharsetOption(c: Cursor): CharsetOption | null {
  const isDefault = c.sees('DEFAULT', 'CHARACTER|CHAR|CHARSET|COLLATE') && c.accept('DEFAULT');
  if (acceptCharset(c)) {
    c.acceptSymbol('=');
    return { what: 'charset', name: c.nameOrString() };
  }
  if (c.accept('COLLATE')) {
    c.acceptSymbol('=');
    return { what: 'collation', name: c.nameOrString() };
  }
  if (isDefault) throw c.refuse('a character set should stand there');
  return null;
}

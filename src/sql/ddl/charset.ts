import { acceptCharset } from './column.js';
import type { Cursor } from './cursor.js';
import type { CharsetName } from './statement.js';

export const UNSAID: CharsetName = { charset: null, collation: null };

/** [DEFAULT] CHARACTER SET [=] x or [DEFAULT] COLLATE [=] x, over what was said before; null where neither stands. */
export function parseCharsetOption(c: Cursor, before: CharsetName): CharsetName | null {
  const isDefault = c.sees('DEFAULT', 'CHARACTER|CHAR|CHARSET|COLLATE') && c.accept('DEFAULT');
  if (acceptCharset(c)) {
    c.acceptSymbol('=');
    // MySQL forgets a collation that was said before, MariaDB puts both together.
    return { charset: c.nameOrString(), collation: c.dialect.flavour === 'mariadb' ? before.collation : null };
  }
  if (c.accept('COLLATE')) {
    c.acceptSymbol('=');
    return { ...before, collation: c.nameOrString() };
  }
  if (isDefault) throw c.refuse('a character set should stand there');
  return null;
}

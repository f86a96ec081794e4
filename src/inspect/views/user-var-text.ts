import { isMariadb } from '../../binlog/server-version.js';
import { decodeUserVar } from '../../binlog/user-var.js';
import { doubleText } from '../../column/double-text.js';
import { unreachable } from '../../core/errors.js';
import type { FormatDescription, RawEvent } from '../../core/event.js';
import { collationName } from '../text/collation-names.js';

/** A user variable as SHOW BINLOG EVENTS writes it: @`name`=value. */
export function userVarText(event: RawEvent, format: FormatDescription): string {
  const { name, value } = decodeUserVar(event, format);
  return `@\`${name.replaceAll('`', '``')}\`=${valueText(value, format)}`;
}

function valueText(value: ReturnType<typeof decodeUserVar>['value'], { serverVersion }: FormatDescription): string {
  if (value === null) return 'NULL';
  switch (value.kind) {
    case 'string': {
      const hex = value.bytes.toString('hex').toUpperCase();
      const isMaria = isMariadb(serverVersion);
      const collation = collationName(value.collation, isMaria ? 'mariadb' : 'mysql');
      if (collation === null) return '???';
      return `_${collation.charset} ${isMaria ? `X'${hex}'` : `0x${hex}`} COLLATE ${collation.name}`;
    }
    case 'real':
      return doubleText(value.value);
    case 'int':
      return String(value.value);
    case 'decimal':
      return value.text;
    default:
      return unreachable(value);
  }
}

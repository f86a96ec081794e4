import { NameBytesReader } from '../../../binlog/bytes.js';
import { decodeUserVar, type UserVarValue } from '../../../binlog/user-var.js';
import { unreachable } from '../../../core/errors.js';
import type { LoggedEvent } from '../../logged-event.js';
import type { Output } from '../../output.js';
import { generalNumber } from '../../rows/general-number.js';
import { collationName } from '../collation-names.js';
import { printHeader } from '../header.js';
import { quoted } from '../identifier.js';
import { DELIMITER } from '../state.js';
import { REAL_DIGITS } from '../user-var.js';
import type { MariadbState } from './state.js';

/** USER_VAR */
export function printMariadbUserVar(logged: LoggedEvent, state: MariadbState, output: Output): void {
  const { name, value } = decodeUserVar(logged.event, logged.format, NameBytesReader);
  if (!state.options.shortForm) {
    printHeader(logged, state, output);
    output.ascii('\tUser_var\n');
  }
  output.ascii(`SET @${quoted(name)}:=${valueText(value)}${DELIMITER}\n`);
}

function valueText(value: UserVarValue): string {
  if (value === null) return 'NULL';
  switch (value.kind) {
    case 'int':
      return String(value.value);
    case 'decimal':
      return value.text;
    case 'real':
      return generalNumber(value.value, REAL_DIGITS);
    case 'string':
      return stringText(value);
    default:
      return unreachable(value);
  }
}

function stringText({ bytes, collation }: { readonly bytes: Buffer; readonly collation: number }): string {
  const known = collationName(collation, 'mariadb');
  // No server takes this, rather than the wrong text.
  if (known === null) return '???';
  const text = bytes.length === 0 ? '""' : `X'${bytes.toString('hex').toUpperCase()}'`;
  return `_${known.charset} ${text} COLLATE \`${known.name}\``;
}

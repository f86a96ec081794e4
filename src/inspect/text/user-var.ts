import { NameBytesReader } from '../../binlog/bytes.js';
import { decodeUserVar, type UserVarValue } from '../../binlog/user-var.js';
import { unreachable } from '../../core/errors.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { generalNumber } from '../rows/general-number.js';
import { type Charset, isSameCharset, printCharset } from './charset.js';
import { type CollationName, collationName } from './collation-names.js';
import { printHeader } from './header.js';
import { quoted } from './identifier.js';
import { DELIMITER, type PrintState } from './state.js';

/** The statement that sets it is in the tool's own character set, and so are the digits of a number. */
const OWN_COLLATION = 33;
/** Of a number that is no whole one. */
export const REAL_DIGITS = 14;

export function printUserVar(logged: LoggedEvent, state: PrintState, output: Output): void {
  const { name, value } = decodeUserVar(logged.event, logged.format, NameBytesReader);
  const { options, session } = state;
  if (!options.shortForm) {
    printHeader(logged, state, output);
    output.ascii('\tUser_var\n');
  }
  const collation = value === null ? null : collationName(value.collation, options.style);
  const charset = charsetFor(value, collation);
  const isOther = !isSameCharset(charset, session.charset);
  if (isOther) printCharset(charset, state, output);
  output.ascii(`SET @${quoted(name)}:=${valueText(value, collation)}${DELIMITER}\n`);
  if (isOther && session.charset !== null) printCharset(session.charset, state, output);
}

function charsetFor(value: UserVarValue, collation: CollationName | null): Charset {
  const isNumber = value !== null && value.kind !== 'string' && collation !== null;
  return { client: OWN_COLLATION, connection: isNumber ? value.collation : OWN_COLLATION, server: OWN_COLLATION };
}

function valueText(value: UserVarValue, collation: CollationName | null): string {
  if (value === null) return 'NULL';
  // No statement on purpose: a value in a character set that is not known cannot be set.
  if (collation === null) return '???';
  switch (value.kind) {
    case 'int':
      return String(value.value);
    case 'decimal':
      return value.text;
    case 'real':
      return generalNumber(value.value, REAL_DIGITS);
    case 'string': {
      const hex = value.bytes.length === 0 ? '""' : `0x${value.bytes.toString('hex').toUpperCase()}`;
      return `_${collation.charset} ${hex} COLLATE \`${collation.name}\``;
    }
    default:
      return unreachable(value);
  }
}

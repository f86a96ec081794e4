import { decodeUserVar, type UserVarValue } from '../../binlog/user-var.js';
import { unreachable } from '../../core/errors.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { type Charset, isSameCharset, printCharset } from './charset.js';
import { type CollationName, collationName } from './collation-names.js';
import { printHeader } from './header.js';
import { quoted } from './identifier.js';
import { DELIMITER, type PrintState } from './state.js';

/** The statement that sets it is in the tool's own character set, and so are the digits of a number. */
const OWN_COLLATION = 33;

export function printUserVar(logged: LoggedEvent, state: PrintState, output: Output): void {
  const { name, value } = decodeUserVar(logged.event, logged.format);
  const { options, session } = state;
  if (!options.shortForm) {
    printHeader(logged, state, output);
    output.ascii('\tUser_var\n');
  }
  const collation = value === null ? null : collationName(value.collation, options.style);
  const charset = charsetFor(value, collation);
  const isOther = !isSameCharset(charset, session.charset);
  if (isOther) printCharset(charset, state, output);
  output.text(`SET @${quoted(name)}:=${valueText(value, collation)}${DELIMITER}\n`);
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
      return generalText(value.value, 14);
    case 'string': {
      const hex = value.bytes.length === 0 ? '""' : `0x${value.bytes.toString('hex').toUpperCase()}`;
      return `_${collation.charset} ${hex} COLLATE \`${collation.name}\``;
    }
    default:
      return unreachable(value);
  }
}

/** As `%.14g` of C prints it. */
export function generalText(value: number, digits: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', exponentText = '0'] = value.toExponential(digits - 1).split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= digits) {
    const sign = exponent < 0 ? '-' : '+';
    return `${withoutZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  return withoutZeros(value.toFixed(digits - 1 - exponent));
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

import { decodeUserVar, type UserVarValue } from '../../binlog/user-var.js';
import { unreachable } from '../../core/errors.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { charsetNameOf } from './charset-name.js';
import { printHeader } from './header.js';
import { quoted } from './identifier.js';
import { DELIMITER, type PrintState } from './state.js';

export function printUserVar(logged: LoggedEvent, state: PrintState, output: Output): void {
  const { name, value } = decodeUserVar(logged.event);
  if (!state.options.shortForm) {
    printHeader(logged, state, output);
    output.ascii('\tUser_var\n');
  }
  output.text(`SET @${quoted(name)}:=${valueText(value)}${DELIMITER}\n`);
}

function valueText(value: UserVarValue): string {
  if (value === null) return 'NULL';
  switch (value.kind) {
    case 'int':
      return String(value.value);
    case 'decimal':
      return value.text;
    case 'real':
      return generalText(value.value, 14);
    case 'string': {
      const charset = charsetNameOf(value.collation);
      if (charset === null) return '???';
      return `_${charset} 0x${value.bytes.toString('hex').toUpperCase()} COLLATE \`${value.collation}\``;
    }
    default:
      return unreachable(value);
  }
}

/** As `%.14g` of C prints it. */
function generalText(value: number, digits: number): string {
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

import { decodeBinlogCheckpoint } from '../../../binlog/binlog-checkpoint.js';
import { NameBytesReader } from '../../../binlog/bytes.js';
import { decodeStartEncryption } from '../../../binlog/start-encryption.js';
import { FLAG_ARTIFICIAL, FLAG_IGNORABLE, FLAG_IN_USE, START_ENCRYPTION_EVENT } from '../../../binlog/types.js';
import { decodeXaPrepare } from '../../../binlog/xa-prepare.js';
import type { LoggedEvent } from '../../logged-event.js';
import type { Output } from '../../output.js';
import { writeBase64 } from '../base64.js';
import { localTime, printHeader } from '../header.js';
import { DELIMITER } from '../state.js';
import { IGNORABLE_NAMES } from './ignorable-names.js';
import type { MariadbState } from './state.js';

/** FORMAT_DESCRIPTION */
export function printMariadbFormat(logged: LoggedEvent, state: MariadbState, output: Output): void {
  const { event, format } = logged;
  const { shortForm, base64Output } = state.options;
  if (!shortForm) {
    printHeader(logged, state, output);
    output.ascii(`\tStart: binlog v ${format.binlogVersion}, server v ${format.serverVersion} created `);
    output.ascii(`${localTime(event.timestamp)}${format.createdAt === 0 ? '' : ' at startup'}\n`);
    if ((event.flags & FLAG_IN_USE) !== 0) {
      output.ascii('# Warning: this binlog is either in use or was not closed properly.\n');
    }
  }
  if ((event.flags & FLAG_ARTIFICIAL) === 0 && format.createdAt !== 0) output.ascii(`ROLLBACK${DELIMITER}\n`);
  if (shortForm || base64Output === 'never') return;
  if (base64Output === 'auto') {
    output.ascii("BINLOG '\n");
    writeBase64(logged.raw, output);
    output.ascii(`'${DELIMITER}\n`);
  }
  state.printedFormat = true;
}

/** BINLOG_CHECKPOINT */
export function printCheckpoint(logged: LoggedEvent, state: MariadbState, output: Output): void {
  if (state.options.shortForm) return;
  printHeader(logged, state, output);
  output.ascii(`\tBinlog checkpoint ${decodeBinlogCheckpoint(logged.event, NameBytesReader).file}\n`);
}

/** A server that sends its log decrypted sends START_ENCRYPTION, too, and says that it may be ignored. */
export function beginsEncryption({ event }: LoggedEvent): boolean {
  return event.type === START_ENCRYPTION_EVENT && (event.flags & FLAG_IGNORABLE) === 0;
}

/** START_ENCRYPTION: of what follows in a file, nothing can be said. */
export function printStartEncryption(logged: LoggedEvent, _: MariadbState, output: Output): void {
  const { scheme, keyVersion, nonce } = decodeStartEncryption(logged.event);
  output.ascii(`# Encryption scheme: ${scheme}, key_version: ${keyVersion}, nonce: ${nonce.toString('hex')}\n`);
  output.ascii('# The rest of the binlog is encrypted!\n');
}

/** XA_PREPARE */
export function printMariadbXaPrepare(logged: LoggedEvent, state: MariadbState, output: Output): void {
  const { xid: signed, formatId } = decodeXaPrepare(logged.event, logged.format);
  const xid = formatId < 0 ? signed.replace(/-\d+$/, String(formatId >>> 0)) : signed;
  if (!state.options.shortForm) {
    printHeader(logged, state, output);
    output.ascii(`\tXID = ${xid}\n`);
  }
  output.ascii(`XA PREPARE ${xid}\n${DELIMITER}\n`);
}

/** An event that its writer says may be left out, whatever its type, and those of MySQL that are no part of the data. */
export function printIgnorable(logged: LoggedEvent, state: MariadbState, output: Output): void {
  if (state.options.shortForm) return;
  printHeader(logged, state, output);
  output.ascii('\tIgnorable\n');
  output.ascii(`# Ignorable event type ${logged.event.type} (${IGNORABLE_NAMES[logged.event.type] ?? 'Unknown'})\n`);
}

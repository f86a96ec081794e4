import { HEADER_BYTES } from '../../core/event.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';

const LINE_BYTES = 16;
const HALF_LINE = LINE_BYTES / 2;
/** How long the fields of an event's header are: time, type, server, size, end, flags. */
const FIELD_BYTES = [4, 1, 4, 4, 4, 2] as const;

export interface Dump {
  readonly style: 'mysql' | 'mariadb';
  /** Where the event begins. */
  readonly from: number;
  /** The header is told from the body; mysqlbinlog leaves out the last bytes of an event of which it is not. */
  readonly showsFields: boolean;
}

/** The bytes of an event as comments, the header's by field; what the event is stands behind them. */
export function writeHexdump({ raw }: LoggedEvent, output: Output, { style, from, showsFields }: Dump): void {
  if (!showsFields) {
    output.ascii('\n');
    writeBytes(raw.subarray(0, -HEADER_BYTES), output, from);
  } else if (style === 'mysql') writeMysql(raw, output, from);
  else writeMariadb(raw, output, from);
}

function writeMysql(raw: Buffer, output: Output, from: number): void {
  output.ascii('\n# Position  Timestamp   Type   Source ID        Size      Source Pos    Flags \n');
  output.ascii(`# ${offset(from)} ${fields(raw).join('   ')}\n`);
  writeBytes(raw.subarray(HEADER_BYTES), output, from + HEADER_BYTES);
}

function writeBytes(body: Buffer, output: Output, from: number): void {
  for (const { at, hex, bytes } of lines(body)) {
    const text = bytes.toString('latin1').replace(/[^0-9A-Za-z]/g, '.');
    output.ascii(`# ${offset(from + at)} ${hex.trimEnd().padEnd(48)} |${text}|\n`);
  }
  output.ascii('# ');
}

function offset(value: number): string {
  return value.toString(16).padStart(8, '0');
}

function writeMariadb(raw: Buffer, output: Output, from: number): void {
  output.ascii('\n# Position\n');
  output.ascii('#           |Timestamp   |Type |Master ID   |Size        |Master Pos  |Flags\n');
  const header = fields(raw).map((field, i) => (i === 1 ? `${field}  ` : field));
  output.ascii(`# ${from.toString(16).padStart(8)}  |${header.join(' |')}\n#\n`);
  for (const { at, hex, bytes } of lines(raw.subarray(HEADER_BYTES))) {
    const text = bytes.toString('latin1').replace(/[^ -~]/g, '.');
    output.ascii(`# ${(from + HEADER_BYTES + at).toString(16).padStart(8)}  ${hex.padEnd(50)}|${text}|\n`);
  }
  if (raw.length > HEADER_BYTES) output.ascii('#\n');
  output.ascii('# Event: ');
}

function fields(raw: Buffer): string[] {
  let at = 0;
  return FIELD_BYTES.map((length) => {
    at += length;
    return spaced(raw.subarray(at - length, at));
  });
}

/** In two groups of 8 bytes a line. */
function* lines(body: Buffer): Generator<{ at: number; hex: string; bytes: Buffer }> {
  for (let at = 0; at < body.length; at += LINE_BYTES) {
    const bytes = body.subarray(at, at + LINE_BYTES);
    const first = spaced(bytes.subarray(0, HALF_LINE));
    const second = spaced(bytes.subarray(HALF_LINE));
    yield { at, hex: second === '' ? first : `${first}  ${second}`, bytes };
  }
}

function spaced(bytes: Buffer): string {
  return bytes.toString('hex').replace(/..(?=.)/g, '$& ');
}

/** Logs made by hand, of events that servers seldom or never write into files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import * as type from '../../src/binlog/types.js';
import { event, MAGIC } from '../source/log-bytes.js';

function formatOf(fixture: string): Buffer {
  const bytes = readFileSync(join(import.meta.dirname, '../fixtures', fixture));
  return bytes.subarray(4, 4 + bytes.readUInt32LE(4 + 9));
}

const FORMAT = formatOf('statements-9.7.binlog');
const MARIADB_FORMAT = formatOf('statements-11.8.binlog');
const FLAGS_AT = 17;
const IN_USE = 1;

interface Part {
  readonly type: number;
  readonly body: Buffer;
  readonly flags?: number;
  readonly serverId?: number;
}

function log(...parts: readonly (Part | Buffer)[]): Buffer {
  return logOf(FORMAT, ...parts);
}

function logOf(format: Buffer, ...parts: readonly (Part | Buffer)[]): Buffer {
  let bytes = Buffer.concat([MAGIC, format]);
  for (const part of parts) {
    const end = bytes.length + 23 + (Buffer.isBuffer(part) ? 0 : part.body.length);
    bytes = Buffer.concat([bytes, Buffer.isBuffer(part) ? part : event({ ...part, end })]);
  }
  return bytes;
}

function query(sql: string, { schema = '', status = '', flags = 0, thread = 9 } = {}): Part {
  const head = Buffer.alloc(13);
  const variables = Buffer.from(status.replaceAll(' ', ''), 'hex');
  head.writeUInt32LE(thread, 0);
  head[8] = Buffer.byteLength(schema);
  head.writeUInt16LE(variables.length, 11);
  return { type: type.QUERY_EVENT, body: Buffer.concat([head, variables, Buffer.from(`${schema}\0${sql}`)]), flags };
}

const part = (eventType: number, hex: string, flags = 0): Part => ({
  type: eventType,
  body: Buffer.from(hex.replaceAll(' ', ''), 'hex'),
  flags,
});

/** Charsets by collation ids: status variable 4. */
const LATIN1 = '04080008000800';
const UTF8 = '04210021002100';
const UTF8_MB4 = '0421002d002100';
const one = query('select 1');
const uuid = '3e11fa4771ca11e19e33c80aa9429562';

/** A row of a number, a document of these bytes, and a number. */
function rowOfJson(document: string): Part[] {
  const bytes = document.replaceAll(' ', '');
  const length = (bytes.length / 2).toString(16).padStart(2, '0');
  return [
    part(type.TABLE_MAP_EVENT, '070000000000 0100 01 64 00 01 74 00 03 03f503 01 04 07'),
    part(type.WRITE_ROWS_EVENT, `070000000000 0100 0200 03 ff f8 05000000 ${length}000000 ${bytes} 09000000`),
  ];
}

/** An update of a number and a document of which these are the diffs. */
function diffsOfJson(diffs: string): Part[] {
  const bytes = diffs.replaceAll(' ', '');
  const length = (bytes.length / 2).toString(16).padStart(2, '0');
  return [
    part(type.TABLE_MAP_EVENT, '070000000000 0100 01 64 00 01 74 00 02 03f5 01 04 03'),
    part(
      type.PARTIAL_UPDATE_ROWS_EVENT,
      `070000000000 0100 0200 02 ff ff fe 05000000 01 01 fc 05000000 ${length}000000 ${bytes}`,
    ),
  ];
}

const hex = (text: string): string => Buffer.from(text).toString('hex');

export const ODD_LOGS: Readonly<Record<string, Buffer>> = {
  'user variables of all character sets': log(
    part(14, '01000000 61 00 00 08000000 02000000 7879'),
    part(14, '01000000 62 00 02 00000000 08000000 0500000000000000 00'),
    part(14, '01000000 63 00 01 08000000 08000000 000000000000f83f'),
    part(14, '01000000 64 01'),
    part(14, '01000000 65 00 00 0f270000 01000000 78'),
    part(14, '03000000 666067 00 01 ff000000 08000000 0000000000000080'),
    part(14, '01000000 68 00 00 3f000000 00000000'),
    query('insert into t values (@a)', { schema: 'd' }),
    query('select 1', { schema: 'd', status: LATIN1 }),
    part(14, '01000000 61 00 00 08000000 02000000 7879'),
    query('insert into t values (@a)', { schema: 'd', status: UTF8_MB4 }),
    part(14, '01000000 61 00 02 2d000000 08000000 ffffffffffffffff 00'),
    query('insert into t values (@a)', { schema: 'd', status: UTF8 }),
    part(14, '01000000 61 00 00 2d000000 02000000 7a7a'),
    query('insert into t values (@a)', { schema: 'd', status: UTF8 }),
  ),
  'sessions that change': log(
    query('set names x', { schema: 'a`b', status: '00 00400000  01 0000000040000000  03 0200 0300' }),
    query('x', { schema: 'a`b', status: '00 0040000c  01 00ff031000000000  03 0100 0200  05 05 55542b3130' }),
    query('y', { schema: 'a`b', status: '07 0500  08 2100  12 ff00  13 01  14 01  0d 010200', flags: 4, thread: 10 }),
    query('y', { schema: 'c', status: '07 0000  08 0000  12 0800  10 00', flags: 8 }),
    query('y', { schema: 'c', status: '10 01  11 0102030405060708', flags: 4, thread: 11 }),
    query('BEGIN', { schema: 'e', flags: 8 }),
    query('y', { schema: 'e', status: '15 01' }),
    query('y', { schema: 'e', status: '15 00  ff' }),
    query('y', { schema: '', status: '04 d007 d007 d007' }),
    query("multi\nline\n'text'\0end", { schema: 'é' }),
  ),
  'numbers at their ends': log(
    part(type.INTVAR_EVENT, '01 ffffffffffffffff'),
    part(type.INTVAR_EVENT, '02 0000000000000080'),
    part(type.RAND_EVENT, 'ffffffffffffffff 0500000000000000'),
    one,
    part(type.XID_EVENT, 'ffffffffffffffff'),
    part(type.XA_PREPARE_LOG_EVENT, '00 01000000 03000000 02000000 6162636465'),
    part(type.XA_PREPARE_LOG_EVENT, '01 ffffffff 03000000 00000000 616263'),
    part(type.ROTATE_EVENT, `ffffffffffffffff ${Buffer.from('x.000001').toString('hex')}`),
  ),
  'group replication': log(
    part(
      type.TRANSACTION_CONTEXT_EVENT,
      `24 07000000 01 00000000 00000000 00000000 ${Buffer.from('3e11fa47-71ca-11e1-9e33-c80aa9429562').toString('hex')}`,
    ),
    part(type.VIEW_CHANGE_EVENT, `${Buffer.from('17321:5').toString('hex').padEnd(80, '0')} 0700000000000000 00000000`),
    one,
  ),
  'what may be ignored': log(part(28, '00616263', 0x80), part(27, '00616263', 0x80), one, part(99, '00', 0x80), one),
  'a heartbeat': log(one, part(27, '00616263'), one),
  'an unknown event': log(one, part(99, '00'), one),
  'an incident of no kind': log(part(type.INCIDENT_EVENT, '0100 03616263'), one),
  'an incident of a kind that is none': log(one, part(type.INCIDENT_EVENT, '4200 00'), one),
  'statements beside their rows': log(
    part(type.ROWS_QUERY_LOG_EVENT, `05 ${hex('a\0b\rc\td\\e\x01\b\f\n\n\'"`é\n')}`),
    one,
    part(type.ROWS_QUERY_LOG_EVENT, '01 0a'),
    one,
    part(type.ROWS_QUERY_LOG_EVENT, '00 ff00'),
    one,
  ),
  'a statement beside its rows without text': log(one, part(type.ROWS_QUERY_LOG_EVENT, '00'), one),
  'a geometry that is NULL': log(
    part(type.TABLE_MAP_EVENT, '070000000000 0100 01 64 00 01 74 00 02 03 ff 01 04 03'),
    part(type.WRITE_ROWS_EVENT, '070000000000 0100 0200 02 ff fe 05000000 fc 06000000 01000000 41'),
  ),
  'JSON that is damaged': log(
    ...['0d01', 'ff', '0501', '0001', '0005000600', '0409', '04', '0c056162', '0ff6', '0ff603050280'].flatMap(
      rowOfJson,
    ),
    ...['02020 00a00 050100 0e0000', '02010 00700 0cf000', '02020 00a00 050100 0d0000', '0c026869'].flatMap(rowOfJson),
  ),
  'CREATE TABLE … SELECT': log(
    query('BEGIN'),
    query('CREATE TABLE `t` (\n  `a` int\n) START TRANSACTION'),
    part(type.TABLE_MAP_EVENT, '070000000000 0100 01 64 00 01 74 00 01 03 00 01'),
    part(type.WRITE_ROWS_EVENT, '070000000000 0100 0200 01 ff fe 05000000'),
    part(type.XID_EVENT, '0700000000000000'),
    query('BEGIN'),
    query('CREATE TABLE `t` (`a` int)'),
    query('COMMIT'),
  ),
  'an XID behind a post-header': logOf(withPostHeader(FORMAT, type.XID_EVENT, 6), {
    ...part(type.XID_EVENT, '000000000000 0700000000000000'),
  }),
  'a format of MySQL 4.0': Buffer.concat([
    MAGIC,
    event(part(1, `0300 ${hex('4.0.23').padEnd(100, '0')} 00000000`)),
    event(one),
  ]),
  'LOAD DATA that is not whole': log(
    part(type.APPEND_BLOCK_EVENT, '05000000 616263'),
    part(type.BEGIN_LOAD_QUERY_EVENT, '06000000 616263'),
    part(type.DELETE_FILE_EVENT, '06000000'),
    part(
      type.EXECUTE_LOAD_QUERY_EVENT,
      `09000000 00000000 00 0000 0000 07000000 09000000 15000000 02 00 ${Buffer.from('LOAD DATA INFILE "abc" INTO TABLE t').toString('hex')}`,
    ),
    one,
  ),
  'a column with a backtick in its name': log(
    part(type.TABLE_MAP_EVENT, '070000000000 0100 01 64 00 01 74 00 01 03 00 01 04 04 03 61 60 62'),
    part(type.WRITE_ROWS_EVENT, '070000000000 0100 0200 01 ff fe 05000000'),
  ),
  'transactions that do not end': log(
    part(type.GTID_LOG_EVENT, `00 ${uuid} 0100000000000000 02 0100000000000000 0200000000000000`),
    query('BEGIN'),
    one,
    part(type.GTID_LOG_EVENT, `01 ${uuid} 0200000000000000`),
    query('SAVEPOINT a'),
    query('ROLLBACK TO `a`'),
    part(type.GTID_LOG_EVENT, `01 ${uuid} 0300000000000000`),
  ),
  'a relay log': logOf(
    withFlag(FORMAT, 0x40),
    part(type.PREVIOUS_GTIDS_LOG_EVENT, '0000000000000000'),
    part(type.ROTATE_EVENT, `0400000000000000 ${Buffer.from('x.000001').toString('hex')}`, 0x20),
    FORMAT,
    one,
    query('create table t (a int)'),
  ),
  'no format': Buffer.concat([MAGIC, event(one), FORMAT]),
  'names that are no UTF-8': log(
    query('select 1', { schema: 'd' }),
    part(type.QUERY_EVENT, '0100000000000000 02 0000 0000 64ff 00 73'),
    part(type.QUERY_EVENT, '0100000000000000 04 0000 0000 64006566 00 73'),
    part(type.TABLE_MAP_EVENT, '070000000000 0100 02 64ff 00 02 fe74 00 01 03 00 01 04 02 01ff'),
    part(type.WRITE_ROWS_EVENT, '070000000000 0100 0200 01 ff fe 05000000'),
    part(14, '02000000 61ff 01'),
    part(type.INCIDENT_EVENT, '0100 02ff61'),
    part(type.ROTATE_EVENT, '0400000000000000 62ff 00 63'),
    one,
  ),
  'a statement without text': log(one, query('', { schema: 'd' }), one),
  'a ROTATE without a name': log(one, part(type.ROTATE_EVENT, '0400000000000000'), one),
  'a user variable without a name': log(part(14, '00000000 01'), one),
  'a GTID without a number': log(one, part(type.GTID_LOG_EVENT, `00 ${uuid} 0000000000000000`), one),
  'an anonymous GTID with a number': log(one, part(type.ANONYMOUS_GTID_LOG_EVENT, `00 ${uuid} 0100000000000000`)),
  'rows without columns': log(one, part(type.WRITE_ROWS_EVENT, '070000000000 0100 0200 00'), one),
  'columns that are not described': log(
    one,
    part(type.TABLE_MAP_EVENT, '070000000000 0100 01 64 00 01 74 00 01 03 09 00'),
  ),
  'a set of GTIDs that is damaged': log(
    part(type.PREVIOUS_GTIDS_LOG_EVENT, '0100000000000000 00'),
    part(type.PREVIOUS_GTIDS_LOG_EVENT, '0000000000000000 00'),
    one,
  ),
  'an XID that is cut short': log(query('BEGIN'), part(type.XID_EVENT, '070000'), one),
  'session numbers of unknown types': log(
    part(type.INTVAR_EVENT, '00 0500000000000000'),
    part(type.INTVAR_EVENT, '07 0500000000000000'),
    one,
  ),
  'numbers between two of fourteen digits': log(
    part(14, '01000000 62 00 01 08000000 08000000 000000000000a03e 00'),
    part(14, '01000000 62 00 01 08000000 08000000 0000000000000080 00'),
    part(14, '01000000 62 00 01 08000000 08000000 000000000000f07f 00'),
    one,
  ),
  'rows of a table that is not known': log(
    part(type.UPDATE_ROWS_EVENT, '090000000000 0100 0700 01 0300 0400 01 ff ff fe 05000000 fe 06000000'),
    one,
  ),
  'values that are none': log(
    part(type.TABLE_MAP_EVENT, '070000000000 0100 01 64 00 01 74 00 05 0af60af6f6 06 0a00 0402 0400 1f'),
    part(type.WRITE_ROWS_EVENT, '070000000000 0100 0200 05 ff e0 ffffff 7f ffff ffff 00 00 7fff 00'),
    part(type.WRITE_ROWS_EVENT, '070000000000 0100 0200 05 ff e0 219f4e 80000000 00 ffffff e400 7fff ffff'),
  ),
  VECTOR: log(
    part(type.TABLE_MAP_EVENT, '070000000000 0100 01 64 00 01 74 00 02 f2f2 02 0404 03 0d 02 0305'),
    ...[
      '0c000000 0000803f 000000c0 0ad7233c 00000000',
      '08000000 0000c07f 000080ff 04000000 00000080',
      '03000000 010203 06000000 01000000 ffff',
    ].map((cells) => part(type.WRITE_ROWS_EVENT, `070000000000 0100 0200 02 ff fc ${cells}`)),
    part(type.WRITE_ROWS_EVENT, '070000000000 0100 0200 02 ff ff'),
  ),
  'JSON whose texts are no UTF-8': log(
    ...['0c02edff', '0ffd0361ff27', '00 0100 1000 0b00 0200 0c0d00 61ff 02edff', '0ffe0261ff'].flatMap(rowOfJson),
  ),
  'diffs that are damaged': log(
    ...[
      '00',
      '03',
      '00 fe',
      '00 09 24',
      '00 03 242e61 05 04',
      '00 03 242e61',
      '00 03 242e61 02 0501',
      '01 04 245b305d 02 0401 00 03 242e61 03 000100',
    ].flatMap(diffsOfJson),
  ),
  'a binlog version that is none': logOf(withByte(FORMAT, 19, 20), one),
  'a server whose version is no UTF-8': logOf(withByte(FORMAT, 30, 0xe9), one),
  'labels of which there are none': log(
    part(type.TABLE_MAP_EVENT, '070000000000 0100 01 64 00 01 74 00 01 fe 02 f701 00 06 01 00 0a 01 08'),
    part(type.WRITE_ROWS_EVENT, '070000000000 0100 0200 01 ff fe 01'),
  ),
  'a file that is written': logOf(withFlag(FORMAT, IN_USE), one, query('BEGIN')),
  'a file that is written, up to inside an event': logOf(withFlag(FORMAT, IN_USE), one, event(one).subarray(0, 30)),
};

function withPostHeader(format: Buffer, eventType: number, length: number): Buffer {
  const changed = Buffer.from(format);
  changed[19 + 57 + eventType - 1] = length;
  changed.writeUInt32LE(crc32(changed.subarray(0, -4)), changed.length - 4);
  return changed;
}

function withByte(format: Buffer, at: number, byte: number): Buffer {
  const changed = Buffer.from(format);
  changed[at] = byte;
  changed.writeUInt32LE(crc32(changed.subarray(0, -4)), changed.length - 4);
  return changed;
}

/** Of the format the checksum is that without the flag that the file is written. */
function withFlag(format: Buffer, flag: number): Buffer {
  const changed = Buffer.from(format);
  changed.writeUInt16LE(changed.readUInt16LE(FLAGS_AT) | flag, FLAGS_AT);
  return changed;
}

const mariadb = (...parts: readonly (Part | Buffer)[]): Buffer => logOf(MARIADB_FORMAT, ...parts);
const NUMBERS = part(type.TABLE_MAP_EVENT, '070000000000 0100 01 64 00 01 74 00 02 03 03 00 03');

/** The same for mariadb-binlog. */
export const MARIADB_ODD_LOGS: Readonly<Record<string, Buffer>> = {
  'names that are no UTF-8': mariadb(
    part(type.QUERY_EVENT, '0100000000000000 02 0000 0000 64ff 00 73'),
    part(type.TABLE_MAP_EVENT, '070000000000 0100 02 64ff 00 02 fe74 00 01 03 00 01'),
    part(type.WRITE_ROWS_EVENT_V1, '070000000000 0100 01 ff fe 05000000'),
    part(14, '02000000 61ff 01'),
    part(type.BINLOG_CHECKPOINT_EVENT, '02000000 62ff'),
    part(type.ROTATE_EVENT, '0400000000000000 62ff'),
    one,
  ),
  'updates of columns that are not logged': mariadb(
    NUMBERS,
    part(type.UPDATE_ROWS_EVENT_V1, '070000000000 0100 02 ff fc fc 05000000 06000000 fc 05000000 07000000'),
    one,
  ),
  'rows without columns': mariadb(NUMBERS, part(type.DELETE_ROWS_EVENT_V1, '070000000000 0100 02 fc 00'), one),
  'rows of some columns': mariadb(
    part(type.TABLE_MAP_EVENT, '070000000000 0100 01 64 00 01 74 00 02 0303 00 03'),
    part(type.WRITE_ROWS_EVENT_V1, '070000000000 0100 02 01 fe 05000000 fe 06000000'),
  ),
  'values that are none': mariadb(
    part(type.TABLE_MAP_EVENT, '070000000000 0100 01 64 00 01 74 00 03 0af6f6 04 0a00 0402 07'),
    part(type.WRITE_ROWS_EVENT_V1, '070000000000 0100 03 ff f8 ffffff 7f ffff ffff 00 ff00'),
  ),
  'statements in character sets that are not known': mariadb(query('x', { status: '04 f800 f800 0800' }), one),
  'statements of no time and without text': mariadb(
    query('x', { status: '80 ffffff' }),
    query('', { schema: 'd' }),
    one,
  ),
  'session numbers of unknown types': mariadb(part(type.INTVAR_EVENT, '00 0500000000000000'), one),
  'an XID of all bits': mariadb(part(type.XA_PREPARE_LOG_EVENT, '00 ffffffff 01000000 00000000 61'), one),
  'an event of servers before 5.0': mariadb(one, part(type.CREATE_FILE_EVENT, '00'.repeat(30)), one),
  'an incident of no kind': mariadb(one, part(type.INCIDENT_EVENT, '0200 00'), one),
  'a statement beside its rows without text': mariadb(one, part(type.ANNOTATE_ROWS_EVENT, ''), one),
  'a GTID that is cut short': mariadb(one, part(type.GTID_EVENT, '0100000000000000 00000000 01'), one),
  'a GTID without a number': mariadb(one, part(type.GTID_EVENT, `${'00'.repeat(19)}`), one),
  'a damaged file that is written': logOf(
    withFlag(MARIADB_FORMAT, IN_USE),
    one,
    part(type.INCIDENT_EVENT, '0200 00'),
    one,
  ),
  'a description of columns that is cut short': mariadb(
    part(type.TABLE_MAP_EVENT, '070000000000 0100 01 64 00 01 74 00 01 03 00 01 01 09'),
    part(type.WRITE_ROWS_EVENT_V1, '070000000000 0100 01 ff fe 05000000'),
  ),
};

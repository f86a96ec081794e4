/** Events that only statements need, as typed objects; the recordings hold them against real servers. */
import { describe, expect, it } from 'vitest';
import { decodeAppendBlock } from '../../src/binlog/append-block.js';
import { decodeDeleteFile } from '../../src/binlog/delete-file.js';
import { decodeExecuteLoadQuery } from '../../src/binlog/execute-load-query.js';
import { decodeHeartbeat } from '../../src/binlog/heartbeat.js';
import { decodeIntvar } from '../../src/binlog/intvar.js';
import { decodeRand } from '../../src/binlog/rand.js';
import { decodeRowsQuery } from '../../src/binlog/rows-query.js';
import * as type from '../../src/binlog/types.js';
import { decodeUserVar } from '../../src/binlog/user-var.js';
import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../../src/core/event.js';
import { eventOf } from './recording.js';

function raw(code: number, hex: string, text = ''): RawEvent {
  const bytes = eventOf(code, Buffer.concat([Buffer.from(hex.replaceAll(' ', ''), 'hex'), Buffer.from(text)]));
  return { type: code, timestamp: 0, serverId: 1, flags: 0, bytes, start: 4, end: 4 + bytes.length };
}

const LENGTHS: Readonly<Record<number, number>> = {
  [type.INTVAR_EVENT]: 0,
  [type.RAND_EVENT]: 0,
  [type.USER_VAR_EVENT]: 0,
  [type.APPEND_BLOCK_EVENT]: 4,
  [type.BEGIN_LOAD_QUERY_EVENT]: 4,
  [type.EXECUTE_LOAD_QUERY_EVENT]: 26,
};
const format: FormatDescription = {
  binlogVersion: 4,
  serverVersion: '8.0.15',
  createdAt: 0,
  headerBytes: HEADER_BYTES,
  checksum: 'none',
  postHeaderBytes: (code) => LENGTHS[code]!,
};
const malformed = expect.objectContaining({ code: 'EVENT_MALFORMED' });

describe('INTVAR', () => {
  it('says which number the statement needs', () => {
    const decode = (hex: string): object => decodeIntvar(raw(type.INTVAR_EVENT, hex), format);
    expect(decode('01 ffffffffffffffff')).toEqual({ variable: 'LAST_INSERT_ID', value: 2n ** 64n - 1n });
    expect(decode('02 0700000000000000')).toEqual({ variable: 'INSERT_ID', value: 7n });
    expect(() => decode('03 0700000000000000')).toThrow(malformed);
    expect(() => decode('02 07')).toThrow(malformed);
  });
});

describe('RAND', () => {
  it('has both seeds', () => {
    expect(decodeRand(raw(type.RAND_EVENT, '0100000000000000 ff00000000000000'), format)).toEqual({
      seed1: 1n,
      seed2: 255n,
    });
  });
});

describe('USER_VAR', () => {
  const value = (hex: string, text = ''): unknown =>
    decodeUserVar(raw(type.USER_VAR_EVENT, `01000000 61 ${hex}`, text), format).value;

  it('is a text, a number of three kinds, or NULL', () => {
    expect(value('01')).toBeNull();
    expect(value('00 00 2d000000 02000000', 'hi')).toEqual({ kind: 'string', bytes: Buffer.from('hi'), collation: 45 });
    expect(value('00 01 08000000 08000000 000000000000f83f')).toEqual({ kind: 'real', value: 1.5, collation: 8 });
    expect(value('00 02 08000000 08000000 ffffffffffffffff 00')).toEqual({ kind: 'int', value: -1n, collation: 8 });
    expect(value('00 02 08000000 08000000 ffffffffffffffff 01')).toEqual({
      kind: 'int',
      value: 2n ** 64n - 1n,
      collation: 8,
    });
    expect(value('00 04 08000000 04000000 0402 8c22 00')).toEqual({ kind: 'decimal', text: '12.34', collation: 8 });
  });

  it('stops at other types and wrong lengths', () => {
    for (const hex of ['00 07 08000000 00000000', '00 01 08000000 04000000 00000000', '00 04 08000000 02000000 0203'])
      expect(() => value(hex)).toThrow(malformed);
  });
});

describe('a logged LOAD DATA', () => {
  it('brings its file in blocks', () => {
    const block = { fileId: 9, block: Buffer.from('1\n2\n') };
    expect(decodeAppendBlock(raw(type.BEGIN_LOAD_QUERY_EVENT, '09000000', '1\n2\n'), format)).toEqual(block);
    expect(decodeAppendBlock(raw(type.APPEND_BLOCK_EVENT, '09000000', '1\n2\n'), format)).toEqual(block);
    expect(decodeDeleteFile(raw(type.DELETE_FILE_EVENT, '09000000'))).toEqual({ fileId: 9 });
  });

  it('is a statement that says where the file stands in it', () => {
    const head = '07000000 00000000 01 0000 0000 09000000 04000000 08000000';
    const decode = (duplicates: string): object =>
      decodeExecuteLoadQuery(raw(type.EXECUTE_LOAD_QUERY_EVENT, `${head} ${duplicates}`, 's\0LOAD DATA'), format);
    const facts = {
      threadId: 7,
      errorCode: 0,
      schema: 's',
      sql: 'LOAD DATA',
      fileId: 9,
      fileNameFrom: 4,
      fileNameTo: 8,
    };
    expect(decode('00')).toMatchObject({ ...facts, duplicates: 'error' });
    expect(decode('01')).toMatchObject({ ...facts, duplicates: 'ignore' });
    expect(decode('02')).toMatchObject({ ...facts, duplicates: 'replace' });
    expect(() => decode('03')).toThrow(malformed);
  });
});

describe('ROWS_QUERY', () => {
  it('is the statement, of any length', () => {
    const sql = `insert into t values ('${'é'.repeat(300)}')`;
    expect(decodeRowsQuery(raw(type.ROWS_QUERY_LOG_EVENT, 'ff', sql))).toBe(sql);
  });
});

describe('a heartbeat', () => {
  const decode = (code: number, hex: string, text = ''): object => decodeHeartbeat(raw(code, hex, text).bytes, code);

  it('has the file, and in its second form an offset of any size', () => {
    expect(decode(type.HEARTBEAT_LOG_EVENT, '', 'b.000001')).toEqual({ file: 'b.000001', offset: null });
    const named = '01 08 622e303030303031';
    expect(decode(type.HEARTBEAT_LOG_EVENT_V2, `${named} 02 01 04 00`)).toEqual({ file: 'b.000001', offset: 4 });
    const far = 'fe 0000000001000000';
    expect(decode(type.HEARTBEAT_LOG_EVENT_V2, `${named} 02 09 ${far} 00`)).toMatchObject({ offset: 2 ** 32 });
    expect(decode(type.HEARTBEAT_LOG_EVENT_V2, `09 01 ff ${named} 02 01 04 00`)).toMatchObject({ offset: 4 });
    expect(() => decode(type.HEARTBEAT_LOG_EVENT_V2, named)).toThrow(malformed);
  });
});

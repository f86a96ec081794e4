/** Our messages are those of a real canal, row by row. record.ts says how they were recorded. */
import { describe, expect, it } from 'vitest';
import { canalFormat } from '../../../src/format/canal/canal.js';
import { recordsOf } from '../recorded.js';
import { goldenBinlog, goldenMessages } from './golden.js';

type Cells = Readonly<Record<string, string | number | null>>;

interface FlatMessage {
  readonly [name: string]: unknown;
  readonly table: string;
  readonly type: string;
  readonly data: readonly Cells[] | null;
  readonly old: readonly Cells[] | null;
  readonly mysqlType: Cells | null;
  readonly sqlType: Cells | null;
}

/** Of a message with several rows, one for each of them; types are those of its last row. */
function perRow(message: FlatMessage): FlatMessage[] {
  const { data, old } = message;
  if (data === null) return [message];
  return data.map((row, i) => {
    const own = { ...message, data: [row], old: old === null ? null : [old[i]!] };
    return i === data.length - 1 ? own : { ...own, sqlType: null };
  });
}

const theirs = goldenMessages()
  .map((line) => JSON.parse(line) as FlatMessage)
  .flatMap(perRow);
const ours = (await recordsOf(canalFormat(), goldenBinlog())).map(({ value }) => JSON.parse(value) as FlatMessage);

/** Columns whose values canal garbles: a character set that is not its connection's, bytes that end in zeros, … */
const ODD_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  texts: ['latin1', 'ucs2', 'gbk', 'sjis', 'cp1251'],
  there: ['v'],
  odd: ['padded', 'dated'],
  other_numbers: ['most', 'money'],
};

/** With binlog_row_image=MINIMAL canal does not say which row it is. */
const isUntold = ({ data }: FlatMessage): boolean => data?.[0]?.note === 'less';

/** Without what docs/formats.md says that canal has otherwise. */
function comparable(message: FlatMessage, hasTypes: boolean): unknown {
  const { id: _, ts: __, gtid: ___, data, old, mysqlType, sqlType, ...rest } = message;
  const odd = ODD_COLUMNS[message.table] ?? [];
  const plain = (cells: Cells): Cells =>
    Object.fromEntries(Object.entries(cells).filter(([name, value]) => !odd.includes(name) || value === null));
  return {
    ...rest,
    data: data?.map(plain) ?? null,
    old: old?.map(plain) ?? null,
    mysqlType: mysqlType === null ? null : Object.entries(mysqlType).map(([name, each]) => [name, withoutWidth(each)]),
    sqlType: hasTypes ? sqlType : null,
  };
}

/** Of whole numbers and years. */
const withoutWidth = (type: unknown): string =>
  String(type)
    .replace(/^(\w*int|year)\(\d+\)/, '$1')
    .replace(' zerofill', '');

describe('a message', () => {
  it('is as canal has it', () => {
    expect(theirs.length).toBeGreaterThan(300);
    expect(ours.length).toBe(theirs.length);
    for (const [i, message] of theirs.entries()) {
      if (isUntold(message)) continue;
      const hasTypes = message.sqlType !== null;
      expect(comparable(ours[i]!, hasTypes), `message ${i}`).toEqual(comparable(message, hasTypes));
    }
  });

  it.each(Object.entries(ODD_COLUMNS))('differs in each listed column of %s', (table, columns) => {
    const rows = (messages: readonly FlatMessage[]) =>
      messages.filter((each) => each.table === table && each.data !== null);
    const [mine, other] = [rows(ours), rows(theirs)];
    const isSame = (name: string): boolean =>
      mine.every(({ data }, i) => data![0]![name] === other[i]!.data![0]![name]);
    expect(columns.filter(isSame)).toEqual([]);
  });
});

/** Our records are those of a real Maxwell, for the same binlog and options. record.ts says how they were recorded. */
import { describe, expect, it } from 'vitest';
import { KeyChange } from '../../../src/format/key-change.js';
import { maxwellFormat } from '../../../src/format/maxwell/maxwell.js';
import { type MaxwellOptions, maxwellOptions } from '../../../src/format/maxwell/options.js';
import type { StreamOptions } from '../../roundtrip/stream.js';
import { type ExactJson, parseExact } from '../exact-json.js';
import { recordedTransactions, recordsOf, type WrittenRecord } from '../recorded.js';
import {
  goldenBinlog,
  goldenLines,
  KEY_FORMS,
  OPTION_SETS,
  RECORDED_VERSIONS,
  type RecordedVersion,
} from './golden.js';

type Record = { readonly [key: string]: ExactJson };

const EVENTS_MIN = 300;

/** Columns of the table `odd`: what docs/formats.md says that Maxwell writes otherwise. */
const ODD_COLUMNS = 'bit33 bit64 late late6 early earlyat partial untold padded label dated'.split(' ');

function written(
  version: RecordedVersion,
  options: Partial<MaxwellOptions>,
  stream?: StreamOptions,
): Promise<WrittenRecord[]> {
  return recordsOf(maxwellFormat(maxwellOptions.parse(options)), goldenBinlog(version), stream);
}

/** Its second row event has no query in Maxwell. */
const MULTI_TABLE_UPDATE = 'update ledger, keyless set ledger.note = null, keyless.b = null where ledger.id = 50';

/** Without the listed differences: odd columns, the definitions of tables, and the statement behind two tables' rows. */
function comparable(record: Record): Record {
  if (record.type === 'table-create' || record.type === 'table-alter') {
    const { def: _, old: __, ...rest } = record;
    return rest;
  }
  if (record.query === MULTI_TABLE_UPDATE) {
    const { query: _, ...rest } = record;
    return rest;
  }
  if (record.table !== 'odd') return record;
  const { data, old, ...rest } = record;
  return { ...rest, data: withoutOdd(data as Record), ...(isEmpty(withoutOdd(old as Record)) ? {} : { old: true }) };
}

function withoutOdd(cells: Record = {}): Record {
  return Object.fromEntries(Object.entries(cells).filter(([name]) => !ODD_COLUMNS.includes(name)));
}

const isEmpty = (cells: Record): boolean => Object.keys(cells).length === 0;

describe.each(RECORDED_VERSIONS)('of a log of MySQL %s', (version) => {
  const sets = Object.keys(OPTION_SETS) as (keyof typeof OPTION_SETS)[];

  it.each(sets)('writes what Maxwell writes, field by field: options %s', async (set) => {
    const theirs = goldenLines(version, set).map((line) => parseExact(line) as Record);
    const ours = (await written(version, OPTION_SETS[set].ours)).map(({ value }) => parseExact(value) as Record);
    expect(theirs.length).toBeGreaterThan(EVENTS_MIN);
    expect(ours.map(comparable)).toEqual(theirs.map(comparable));
    expect(ours.map((each) => Object.keys(comparable(each)))).toEqual(
      theirs.map((each) => Object.keys(comparable(each))),
    );
  });

  it('differs from Maxwell in each listed column', async () => {
    const oddRows = (lines: readonly string[]): Record[] =>
      lines.map((line) => parseExact(line) as Record).filter(({ table }) => table === 'odd');
    const ours = oddRows((await written(version, {})).map(({ value }) => value));
    const theirs = oddRows(goldenLines(version, 'plain'));
    const differs = (column: string): boolean =>
      ours.some(({ data }, i) => {
        const pair = [data, theirs[i]!.data].map((cells) => JSON.stringify((cells as Record)[column]));
        return pair[0] !== pair[1];
      });
    expect(ODD_COLUMNS.filter((column) => !differs(column))).toEqual([]);
  });

  it.each(KEY_FORMS)('has the keys that Maxwell gives to records in Kafka: %s', async (kafkaKeyFormat) => {
    const theirs = goldenLines(version, kafkaKeyFormat).map((line) => (JSON.parse(line) as string[])[0]!);
    const ours = (await written(version, { kafkaKeyFormat })).map(({ key }) => key);
    // Without a primary key Maxwell makes one up, or an empty one; what stands for it is the sink's choice.
    const withKey = theirs.map((key) => (/"_uuid"|,\[\]\]$/.test(key) ? null : key));
    expect(ours).toEqual(withKey);
    expect(withKey).toContain(null);
  });
});

it('writes the same where a transaction is on disk', async () => {
  const options = { outputDdl: true };
  expect(await written('9.7', options, { memoryBytesMax: 1 })).toEqual(await written('9.7', options));
});

it('cuts a query where it is told to', async () => {
  const [first] = await written('9.7', { outputRowQuery: true, rowQueryMaxLength: 11 });
  expect(JSON.parse(first!.value)).toMatchObject({ query: 'insert into' });
});

it('ends a transaction with the insert, where a changed key makes two records of its last row', async () => {
  const format = maxwellFormat(maxwellOptions.parse({}));
  for await (const transaction of recordedTransactions(goldenBinlog('9.7'))) {
    const [rows] = transaction.entries;
    if (rows?.kind !== 'rows' || rows.op !== 'update' || rows.query !== 'update compound set a = 3 where a = 2')
      continue;
    const cursor = rows.cursor();
    const { deleted, inserted } = new KeyChange(format, transaction, { rows, cursor });
    cursor.next();
    const parts = [deleted, inserted].map((part, index) => {
      const out = Buffer.alloc(part.writer.bytesMax(part.cursor) + 8);
      return JSON.parse(out.toString('utf8', 0, part.writer.value(out, 0, part.cursor, index)));
    });
    expect(parts).toMatchObject([
      { type: 'delete', xoffset: 0, data: { a: 2 } },
      { type: 'insert', commit: true, data: { a: 3 } },
    ]);
    expect(parts[0]).not.toHaveProperty('commit');
    return;
  }
  expect.unreachable('the update is not in the log');
});

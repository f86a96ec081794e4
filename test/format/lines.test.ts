import { describe, expect, it } from 'vitest';
import type { Format } from '../../src/format/format.js';
import { jsonFormat } from '../../src/format/json.js';
import { LineWriter } from '../../src/format/lines.js';
import { insertsOf, itemTransaction, statementTransaction, transactionOf } from '../../src/testing/transactions.js';

const { signal } = new AbortController();
const [first, second] = [
  { id: 1, name: 'one' },
  { id: 2, name: 'two' },
];

async function linesOf(format: Format, transactions: Parameters<LineWriter['chunks']>[0]): Promise<string[]> {
  let text = '';
  for await (const chunk of new LineWriter(format).chunks(transactions, signal)) text += chunk.toString();
  return text.split('\n').slice(0, -1);
}

/** Short enough to read: op, old and new id, and the number of the record. */
const short: Format = {
  rows: (_, rows) => {
    const json = jsonFormat.rows(transactionOf(1, []), rows);
    return {
      bytesMax: (cursor) => json.bytesMax(cursor),
      key: (out, at, cursor) => json.key(out, at, cursor),
      value(out, at, cursor, index) {
        const { op, before, after, row } = JSON.parse(out.toString('utf8', at, json.value(out, at, cursor, index)));
        return at + out.write(`${row} ${op} ${before?.id ?? '-'} ${after?.id ?? '-'}`, at);
      },
    };
  },
  statement: () => [],
};

describe('lines', () => {
  it('are the values of records: one for each change, and what the format makes of a statement', async () => {
    const two = { ...short, statement: () => [1, 2].map((i) => ({ key: null, value: Buffer.from(`statement ${i}`) })) };
    const transactions = [insertsOf(1, [1, 2]), statementTransaction(2, 'DROP TABLE a, b')];
    expect(await linesOf(two, transactions)).toEqual(['0 insert - 1', '1 insert - 2', 'statement 1', 'statement 2']);
    expect(await linesOf(short, transactions)).toEqual(['0 insert - 1', '1 insert - 2']);
  });

  it('tell an update of the key as the format wants it', async () => {
    const transaction = itemTransaction(1, [
      { op: 'update', before: first, after: { ...first, name: 'uno' } },
      { op: 'update', before: first, after: second },
    ]);
    expect(await linesOf(short, [transaction])).toEqual(['0 update 1 1', '1 update 1 2']);
    const splitting = { ...short, keyChange: { oldKey: 'old', newKey: 'new' } };
    expect(await linesOf(splitting, [transaction])).toEqual(['0 update 1 1', '1 delete 1 -', '2 insert - 2']);
  });

  it('frame the rows of a transaction where the format has words for it, and count its records', async () => {
    const line = (text: string) => ({ key: null, value: Buffer.from(text) });
    const framing: Format = {
      ...short,
      keyChange: { oldKey: 'old', newKey: 'new' },
      begin: () => line('begin'),
      end: (_, counts) => line(`end ${[...counts].map(([{ name }, count]) => `${name}=${count}`).join()}`),
    };
    const moved = itemTransaction(1, [
      { op: 'insert', after: first },
      { op: 'update', before: first, after: second },
    ]);
    const transactions = [moved, statementTransaction(2, 'DROP TABLE a'), transactionOf(3, [])];
    expect(await linesOf(framing, transactions)).toEqual([
      'begin',
      '0 insert - 1',
      '1 delete 1 -',
      '2 insert - 2',
      'end items=3',
    ]);
  });

  it('wait for what a format prepares, once for each table', async () => {
    const prepared: string[] = [];
    const preparing: Format = {
      ...short,
      async prepare(_, { topic }) {
        await new Promise((resolve) => setImmediate(resolve));
        prepared.push(topic);
      },
      rows(transaction, rows) {
        expect(prepared).toEqual(['testing.items']);
        return short.rows(transaction, rows);
      },
    };
    expect(await linesOf(preparing, [insertsOf(1, [1]), insertsOf(2, [2])])).toHaveLength(2);
    expect(prepared).toEqual(['testing.items']);
  });

  it('are left out where a record has no value', async () => {
    const deaf: Format = {
      ...short,
      rows: (transaction, rows) => ({ ...short.rows(transaction, rows), value: (_, at) => at }),
    };
    expect(await linesOf(deaf, [insertsOf(1, [1, 2])])).toEqual([]);
  });
});

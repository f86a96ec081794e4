import { changes } from '../../src/column/changes.js';
import type { Change, Row } from '../../src/core/change.js';
import type { Transaction } from '../../src/core/transaction.js';
import { jsonFormat } from '../../src/format/json.js';
import { isMariadb } from './mariadb-kinds.js';
import { type Cell, difference, doubleDifference, firstDifference, jsonOf } from './oracle.js';
import { type Executed, sameCell } from './workload.js';

export interface Compared {
  values: number;
  differences: string[];
}

/** Holds a transaction against the statement that made it: as row objects, and as the JSON that is written of it. */
export function compare(transaction: Transaction, executed: Executed, into: Compared): void {
  const found = [...changes(transaction)];
  const report = (what: string): void => void into.differences.push(`${executed.sql.slice(0, 120)}…: ${what}`);
  if (found.length !== executed.rows.length) {
    report(`${found.length} changes, and the server changed ${executed.rows.length} rows`);
    return;
  }
  const lines = jsonLines(transaction);
  found.forEach((change, i) => {
    const expected = executed.rows[i]!;
    if (change.kind !== executed.op) {
      report(`${change.kind} at row ${i}`);
      return;
    }
    const before = 'before' in change ? change.before : null;
    const after = 'after' in change ? change.after : null;
    for (const [image, cells] of [
      [before, expected.before],
      [after, expected.after],
    ] as const) {
      if ((image === null) !== (cells === null)) report(`an image too many or too few at row ${i}`);
      else if (image !== null && cells !== null) compareImage(image, cells, { executed, into, report });
    }
    for (const what of absences(change, expected, executed)) report(`${executed.rowImage}, row ${i}: ${what}`);
    const json = expectedJson(change, expected, executed);
    const written = lines[i]!.value.slice(-json.length);
    if (written !== json) {
      const from = firstDifference(written, json);
      report(`JSON ${written.slice(from, from + 60)}, expected ${json.slice(from, from + 60)}`);
    }
    const key = keyJson(change, expected, executed);
    if (lines[i]!.key !== key) report(`key ${lines[i]!.key}, expected ${key}`);
    checkParsed(lines[i]!.value, { executed, row: i, report });
  });
}

interface Context {
  executed: Executed;
  into: Compared;
  readonly report: (what: string) => void;
}

function compareImage(image: Partial<Row>, cells: readonly Cell[], { executed, into, report }: Context): void {
  executed.table.columns.forEach((column, i) => {
    if (!Object.hasOwn(image, column.name)) return;
    into.values++;
    const what = difference(column, cells[i]!, image[column.name]) ?? doubleDifference(column, cells[i]!);
    if (what !== null) report(`column ${column.name} is ${what}`);
  });
  const known = new Set(executed.table.columns.map(({ name }) => name));
  for (const name of Object.keys(image)) if (!known.has(name)) report(`a column ${name} that the table does not have`);
}

/** What an image lacks must be what BINLOG_ROW_IMAGE lets it lack. */
function absences(change: Change, expected: Executed['rows'][number], executed: Executed): string[] {
  const { table, rowImage, assigned } = executed;
  const before = 'before' in change ? change.before : null;
  const after = 'after' in change ? change.after : null;
  const lacks = (image: Partial<Row> | null, name: string): boolean => image !== null && !Object.hasOwn(image, name);
  return table.columns.flatMap((column, i) => {
    const { name, kind } = column;
    const isKey = table.primaryKey.length === 0 || table.primaryKey.includes(name);
    const isUnchanged = before !== null && after !== null && sameCell(expected.before![i]!, expected.after![i]!);
    const wrong: string[] = [];
    if (lacks(before, name) && isKey && !kind.generated) wrong.push(`${name} is not in the before image`);
    // MariaDB leaves out virtual columns wherever it did not have to compute them.
    const isWhole = !(kind.generated && isMariadb(executed.version));
    if (rowImage === 'FULL' && isWhole && (lacks(before, name) || lacks(after, name))) wrong.push(`${name} is absent`);
    if (rowImage === 'FULL_NODUP' && isWhole && lacks(before ?? after, name)) wrong.push(`${name} is absent`);
    if (rowImage === 'NOBLOB' && !kind.blob && !kind.generated && (lacks(before, name) || lacks(after, name))) {
      wrong.push(`${name} is absent and no BLOB`);
    }
    if (after !== null && isWhole && lacks(after, name) && before !== null && !isUnchanged)
      wrong.push(`${name} changed and is absent`);
    if (after !== null && lacks(after, name) && assigned.has(name)) wrong.push(`${name} was assigned and is absent`);
    if (rowImage === 'MINIMAL' && before !== null && table.primaryKey.length > 0 && !isKey && !lacks(before, name)) {
      wrong.push(`${name} is no key, and in the before image`);
    }
    // MariaDB logs whole rows of tables without a key.
    const isBare = !isMariadb(executed.version) || table.primaryKey.length > 0;
    if (
      rowImage === 'MINIMAL' &&
      isBare &&
      after !== null &&
      !kind.generated &&
      !assigned.has(name) &&
      !lacks(after, name)
    ) {
      wrong.push(`${name} was not assigned, and is in the after image`);
    }
    return wrong;
  });
}

function expectedJson(change: Change, expected: Executed['rows'][number], executed: Executed): string {
  const parts: string[] = [];
  if ('before' in change) parts.push(`,"before":${imageJson(change.before, expected.before!, executed)}`);
  if ('after' in change) parts.push(`,"after":${imageJson(change.after, expected.after!, executed)}`);
  const nulls = {
    ...('before' in change ? jsonNulls('before', change.before, expected.before!, executed) : {}),
    ...('after' in change ? jsonNulls('after', change.after, expected.after!, executed) : {}),
  };
  if (Object.keys(nulls).length > 0) parts.push(`,"jsonNull":${JSON.stringify(nulls)}`);
  return `${parts.join('')}}`;
}

/** The columns of an image whose document is null, which is not SQL NULL. */
function jsonNulls(which: string, image: Partial<Row>, cells: readonly Cell[], { table }: Executed): object {
  const names = table.columns.flatMap(({ name, kind }, i) =>
    Object.hasOwn(image, name) && kind.as.startsWith('json') && cells[i]?.toString() === 'null' ? [name] : [],
  );
  return names.length > 0 ? { [which]: names } : {};
}

function imageJson(image: Partial<Row>, cells: readonly Cell[], { table }: Executed): string {
  const fields = table.columns.flatMap((column, i) =>
    Object.hasOwn(image, column.name)
      ? [`${JSON.stringify(column.name)}:${jsonOf(column, cells[i]!, image[column.name])}`]
      : [],
  );
  return `{${fields.join(',')}}`;
}

function keyJson(change: Change, expected: Executed['rows'][number], { table }: Executed): string {
  if (table.primaryKey.length === 0) return '';
  const fields = table.primaryKey.map((name) => {
    const i = table.columns.findIndex((column) => column.name === name);
    const isAfter = 'after' in change && Object.hasOwn(change.after, name);
    const image = isAfter ? change.after : 'before' in change ? change.before : {};
    const cells = isAfter ? expected.after! : expected.before!;
    return `${JSON.stringify(name)}:${jsonOf(table.columns[i]!, cells[i]!, image[name])}`;
  });
  return `{${fields.join(',')}}`;
}

function checkParsed(
  line: string,
  { executed, row, report }: { executed: Executed; row: number; report: (what: string) => void },
): void {
  const parsed = JSON.parse(line) as { op: string; table: string; row: number };
  if (parsed.op !== executed.op || parsed.table !== executed.table.name || parsed.row !== row)
    report(`JSON begins ${line.slice(0, 200)}`);
}

/** The records of a transaction's changes as the JSON format writes them, with its promise of size held to. */
export function jsonLines(transaction: Transaction): { key: string; value: string }[] {
  const lines: { key: string; value: string }[] = [];
  for (const entry of transaction.entries) {
    if (entry.kind === 'statement') {
      for (const { value } of jsonFormat.statement(transaction, entry, lines.length)) {
        lines.push({ key: '', value: value.toString() });
      }
      continue;
    }
    const writer = jsonFormat.rows(transaction, entry);
    const cursor = entry.cursor();
    while (cursor.next()) {
      const bytesMax = writer.bytesMax(cursor);
      const out = Buffer.alloc(bytesMax + 8);
      const key = writer.key(out, 0, cursor);
      const end = writer.value(out, key, cursor, lines.length);
      if (end > bytesMax) throw new Error(`a record of ${end} bytes, and at most ${bytesMax} were promised`);
      lines.push({ key: out.toString('utf8', 0, key), value: out.toString('utf8', key, end) });
    }
  }
  return lines;
}

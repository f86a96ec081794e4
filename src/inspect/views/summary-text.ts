import { timeText } from '../../format/time.js';
import { visible } from '../../format/visible.js';
import type { LargeStatement } from './kind-chunk.js';
import { bytesText, countText, shareText } from './numbers.js';
import type { Parallelism } from './parallelism.js';
import type { RateBucket } from './rate.js';
import type { Summary, TableSummary } from './summary.js';
import { transactionLine } from './transactions.js';

const TABLES_MAX = 20;
const SQL_CHARACTERS_MAX = 100;
const BAR_CHARACTERS = 40;
/** Eighths of a character. */
const BLOCKS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'] as const;
const SECONDS_TO_US = 1_000_000;

/** A summary for people, in lines. */
export function summaryText(summary: Summary): string[] {
  const { largest, longest, rate, parallelism, statements, statementRowsMin } = summary;
  const sections: [string, string[]][] = [
    ['Tables', tableLines(summary.tables)],
    ['Largest transactions', largest.map(transactionLine)],
    ['Longest transactions', longest.map(transactionLine)],
    [`Rate, each ${widthText(rate.seconds)}`, rateLines(rate)],
    ['Parallelism', parallelism === null ? [] : [parallelismLine(parallelism)]],
    [`Statements of ${countText(statementRowsMin)} rows and more`, statements.flatMap(statementLines)],
  ];
  const shown = sections.filter(([, lines]) => lines.length > 0);
  return [
    ...headLines(summary),
    ...shown.flatMap(([title, lines]) => ['', title, ...lines.map((each) => `  ${each}`)]),
  ];
}

function headLines({ files, from, to, events, bytes, transactions, rows }: Summary): string[] {
  const names = files.length > 2 ? `${files[0]} to ${files.at(-1)} (${files.length} files)` : files.join(', ');
  const counts = [
    `${countText(transactions)} transactions`,
    `${countText(rows)} rows`,
    `${countText(events)} events`,
    bytesText(bytes),
  ];
  const times = from === null || to === null ? [] : [`${timeText(from)} to ${timeText(to)}`];
  return [visible(names), counts.join(', '), ...times];
}

function tableLines(tables: readonly TableSummary[]): string[] {
  const shown = tables.slice(0, TABLES_MAX);
  const cells = shown.map(({ table, insert, update, delete: deleted, transactions, bytes, share }) => [
    visible(table),
    ...[insert, update, deleted, transactions].map(countText),
    bytesText(bytes),
    shareText(share),
  ]);
  const more = tables.length - shown.length;
  const head = ['table', 'inserts', 'updates', 'deletes', 'transactions', 'bytes', 'share'];
  return cells.length === 0 ? [] : [...columns([head, ...cells]), ...(more > 0 ? [`and ${more} more`] : [])];
}

/** The first column to the left, the others to the right. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
  );
}

/** A bar for each bucket, as long as its share of the fullest one's bytes. */
function rateLines({ seconds, buckets }: Summary['rate']): string[] {
  const most = Math.max(...buckets.map(({ bytes }) => bytes));
  return buckets.map((bucket) => {
    const { transactions, rows, bytes } = perSecond(bucket, seconds);
    const rates = `${transactions} transactions/s, ${rows} rows/s, ${bytesText(bytes)}/s`;
    return `${timeText(bucket.from * SECONDS_TO_US)}  ${bar(bucket.bytes / most)}  ${rates}`;
  });
}

function perSecond({ transactions, rows, bytes }: RateBucket, seconds: number) {
  const rounded = (count: number): string =>
    count / seconds < 10 ? String(Number((count / seconds).toFixed(1))) : countText(Math.round(count / seconds));
  return { transactions: rounded(transactions), rows: rounded(rows), bytes: bytes / seconds };
}

function bar(share: number): string {
  const eighths = Math.round(share * BAR_CHARACTERS * 8);
  const text = `${'█'.repeat(eighths >> 3)}${BLOCKS[eighths & 7]}`;
  return text.padEnd(BAR_CHARACTERS);
}

function widthText(seconds: number): string {
  if (seconds % 86_400 === 0) return unitText(seconds / 86_400, 'day');
  if (seconds % 3600 === 0) return unitText(seconds / 3600, 'hour');
  return seconds % 60 === 0 ? unitText(seconds / 60, 'minute') : unitText(seconds, 'second');
}

function unitText(count: number, unit: string): string {
  return count === 1 ? unit : `${count} ${unit}s`;
}

function parallelismLine({ by, transactions, steps, average, most }: Parallelism): string {
  const source = by === 'logical-clock' ? 'last_committed and sequence_number' : 'commit ids';
  const counted = `${countText(transactions)} transactions in ${countText(steps)} steps`;
  return `${average.toFixed(1)} transactions at once on average, ${countText(most)} at most (${counted}, by ${source})`;
}

function statementLines({ table, rows, bytes, sql, chunkRows, transaction }: LargeStatement): string[] {
  const { file, start, gtid, committedAtUs } = transaction;
  const what = `${visible(table)}: ${countText(rows)} rows, ${bytesText(bytes)}; kind would be ${countText(chunkRows)} rows at a time`;
  const place = [timeText(committedAtUs), gtid ?? '-', `${visible(file)}:${start}`].join('  ');
  const text = sql === null ? [] : [`    ${cut(visible(sql.replaceAll(/\s+/g, ' ')))}`];
  return [what, `    ${place}`, ...text];
}

function cut(text: string): string {
  return text.length <= SQL_CHARACTERS_MAX ? text : `${text.slice(0, SQL_CHARACTERS_MAX)}…`;
}

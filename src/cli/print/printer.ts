import type { Colors } from 'picocolors/types.js';
import { changes } from '../../column/changes.js';
import type { Transaction } from '../../core/transaction.js';
import type { Format } from '../../format/format.js';
import { LineWriter } from '../../format/lines.js';
import { FORMAT_NAMES } from '../../format/names.js';
import { visibleJson } from '../../format/visible.js';
import { PrettyPrinter } from './pretty.js';
import { compileTemplate } from './template.js';

/** Turns transactions into output. A chunk is good until the next one is asked for. */
export type Printer = (
  transactions: readonly Transaction[],
  signal: AbortSignal,
) => Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

export const OUTPUT_FORMATS = ['pretty', ...FORMAT_NAMES, 'none'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export interface PrinterOptions {
  /** One that makes records prints their values. */
  readonly format: Format | 'pretty' | 'none';
  /** Beats the format. */
  readonly template: string | undefined;
  readonly colors: Colors;
  /** True where control characters would be obeyed. */
  readonly toTerminal: boolean;
}

/** What went by: `--format none` prints nothing else. */
export interface Counts {
  transactions: number;
  insert: number;
  update: number;
  delete: number;
  statement: number;
}

export function noCounts(): Counts {
  return { transactions: 0, insert: 0, update: 0, delete: 0, statement: 0 };
}

export function createPrinter(options: PrinterOptions, counts: Counts): Printer {
  if (options.template !== undefined) return templatePrinter(options.template);
  switch (options.format) {
    case 'pretty':
      return prettyPrinter(new PrettyPrinter(options.colors));
    case 'none':
      return (transactions) => count(transactions, counts);
    default:
      return linePrinter(options.format, options.toTerminal);
  }
}

function prettyPrinter(pretty: PrettyPrinter): Printer {
  return function* print(transactions) {
    for (const transaction of transactions) {
      let isFirst = true;
      for (const change of changes(transaction)) {
        if (isFirst) yield pretty.transaction(transaction);
        isFirst = false;
        yield pretty.change(change);
      }
    }
  };
}

function templatePrinter(template: string): Printer {
  const line = compileTemplate(template);
  return function* print(transactions) {
    for (const transaction of transactions) {
      let index = 0;
      for (const change of changes(transaction)) yield line({ transaction, change, index: index++ });
    }
  };
}

function linePrinter(format: Format, toTerminal: boolean): Printer {
  const lines = new LineWriter(format);
  if (!toTerminal) return (transactions, signal) => lines.chunks(transactions, signal);
  return async function* print(transactions, signal) {
    for await (const chunk of lines.chunks(transactions, signal)) {
      yield chunk.toString().split('\n').map(visibleJson).join('\n');
    }
  };
}

/** Decodes every value, so that its speed is that of decoding, and a row that cannot be decoded is found. */
function count(transactions: readonly Transaction[], counts: Counts): [] {
  for (const transaction of transactions) {
    counts.transactions++;
    for (const { kind } of changes(transaction)) counts[kind]++;
  }
  return [];
}

import type { Colors } from 'picocolors/types.js';
import { changes } from '../../column/changes.js';
import type { Transaction } from '../../core/transaction.js';
import { jsonFormat } from '../../format/json.js';
import { LineWriter } from '../../format/lines.js';
import { visibleJson } from '../../format/visible.js';
import { PrettyPrinter } from './pretty.js';
import { compileTemplate } from './template.js';

/** Turns transactions into output. A chunk is good until the next one is asked for. */
export type Printer = (transactions: readonly Transaction[]) => Iterable<string | Uint8Array>;

export const FORMATS = ['pretty', 'json', 'none'] as const;
export type OutputFormat = (typeof FORMATS)[number];

export interface PrinterOptions {
  readonly format: OutputFormat;
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
    case 'json':
      return jsonPrinter(options.toTerminal);
    case 'none':
      return (transactions) => count(transactions, counts);
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

function jsonPrinter(toTerminal: boolean): Printer {
  const lines = new LineWriter(jsonFormat);
  if (!toTerminal) return (transactions) => lines.chunks(transactions);
  return function* print(transactions) {
    for (const chunk of lines.chunks(transactions)) {
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

import { type Command, InvalidArgumentError } from 'commander';
import { RowtideError } from '../core/errors.js';
import { columnPattern } from '../transform/columns/patterns.js';
import { parseRowFilter } from '../transform/row-filter.js';
import type { TransformOptions } from '../transform/transform.js';
import { collected } from './options.js';

/** `transform` of a configuration as options of a command. */
export interface TransformFlags {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly where?: Readonly<Record<string, string>>;
  readonly includeColumns?: readonly string[];
  readonly excludeColumns?: readonly string[];
  readonly mask?: Readonly<Record<string, string | null>>;
  readonly hash?: readonly string[];
  readonly truncate?: Readonly<Record<string, number>>;
}

export function addTransformOptions(command: Command): Command {
  return command
    .option('--include <tables>', 'only these tables: shop.*, *.orders or /regex/ (repeatable)', collected)
    .option('--exclude <tables>', 'not these tables (repeatable)', collected)
    .option('--where <filter>', "only these rows: 'shop.orders: total > 100 AND note IS NULL' (repeatable)", conditions)
    .option('--include-columns <columns>', 'of their tables only these: shop.orders.{id,total} (repeatable)', columns)
    .option('--exclude-columns <columns>', 'not these columns: shop.users.password (repeatable)', columns)
    .option('--mask <column[=text]>', 'this text, or NULL, for every value: shop.users.phone=*** (repeatable)', masks)
    .option('--hash <columns>', 'HMAC-SHA256 for every value, under the key in ROWTIDE_HASH_KEY (repeatable)', columns)
    .option('--truncate <column=n>', 'only the first characters of the text (repeatable)', lengths);
}

export function transformOptions(
  flags: TransformFlags,
  env: Readonly<Record<string, string | undefined>>,
): TransformOptions {
  const { include = [], exclude = [], where = {}, mask = {}, hash = [], truncate = {} } = flags;
  const hashKey = env.ROWTIDE_HASH_KEY;
  return {
    include,
    exclude,
    where,
    columns: {
      include: flags.includeColumns ?? [],
      exclude: flags.excludeColumns ?? [],
      mask,
      hash,
      truncate,
      ...(hashKey === undefined ? {} : { hashKey }),
    },
  };
}

/** Refusals of our parsers as those of an argument. */
function checked<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof RowtideError)) throw error;
    throw new InvalidArgumentError(error.hint === undefined ? error.message : `${error.message}. ${error.hint}`);
  }
}

/** A second condition for the same tables has to be met, too. */
function conditions(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { tables, condition } = checked(() => parseRowFilter(text));
  const earlier = before[tables];
  return { ...before, [tables]: earlier === undefined ? condition : `(${earlier}) AND (${condition})` };
}

function columns(text: string, before: readonly string[] = []): string[] {
  return [...before, checked(() => columnPattern(text)).text];
}

function masks(text: string, before: Readonly<Record<string, string | null>> = {}): Record<string, string | null> {
  const [, pattern = '', mask] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
  return { ...before, [checked(() => columnPattern(pattern)).text]: mask ?? null };
}

function lengths(text: string, before: Readonly<Record<string, number>> = {}): Record<string, number> {
  const [, pattern = '', length] = /^([^=]*)=(\d{1,9})$/s.exec(text) ?? [];
  if (length === undefined) throw new InvalidArgumentError('It is a column and a length: shop.orders.note=80.');
  return { ...before, [checked(() => columnPattern(pattern)).text]: Number(length) };
}

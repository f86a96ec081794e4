import type { GuardRules } from '../pipeline/guard-rules.js';
import { tableTest } from '../transform/filter.js';
import { tablePattern } from '../transform/patterns.js';
import { type Contents, tableText } from './contents.js';
import type { LoggedDdl } from './statement.js';

export type Rule = 'drop' | 'truncate' | 'missingWhere' | 'deleteRows' | 'deletePercent';

/** Why a transaction is held. */
export interface Match {
  readonly rule: Rule;
  /** As a person would say it. */
  readonly what: string;
}

/** How many rows a table has, counted up to `rowsMax`; null: it is not there. */
export type CountRows = (table: { schema: string; name: string }, rowsMax: number) => Promise<number | null>;

/** Of fewer deleted rows nobody asks what part of their table they are: it would be a question for each transaction. */
export const PERCENT_ROWS_MIN = 100;

/** The first rule that a transaction breaks; null: it may pass. */
export type Judge = (contents: Contents) => Promise<Match | null>;

export interface JudgeOptions {
  /** Tables that the replica does not have are none of a guard's. */
  readonly wants: (schema: string, table: string) => boolean;
  readonly countRows: CountRows;
}

export function judgeBy(rules: GuardRules, { wants, countRows }: JudgeOptions): Judge {
  const isNamed = tableTest(rules);
  const guards = (schema: string, table: string): boolean => wants(schema, table) && isNamed(schema, table);
  const spared = rules.exclude.map(tablePattern).filter(({ wholeSchema }) => wholeSchema);
  const concerns = ({ tables, schema }: LoggedDdl): boolean => {
    if (schema !== null) return !spared.some((pattern) => pattern.schema?.(schema));
    return tables.length === 0 || tables.some((table) => guards(table.schema ?? '', table.name));
  };
  return async (contents) => {
    for (const { text, ddl } of contents.statements) {
      if (ddl.destroys !== null && rules[ddl.destroys] && concerns(ddl)) return { rule: ddl.destroys, what: text };
    }
    for (const { text, table } of rules.missingWhere ? contents.unconditional : []) {
      if (guards(table.schema, table.name)) return { rule: 'missingWhere', what: text };
    }
    for (const { table, rows } of contents.deletes) {
      if (!guards(table.schema, table.name)) continue;
      const what = `DELETE of ${rows} rows of ${tableText(table)}`;
      if (rules.deleteRows !== null && rows > rules.deleteRows) return { rule: 'deleteRows', what };
      if (rules.deletePercent === null || rows < PERCENT_ROWS_MIN) continue;
      const counted = await countRows(table, Math.ceil((rows * 100) / rules.deletePercent));
      if (counted !== null && rows * 100 > counted * rules.deletePercent) {
        return { rule: 'deletePercent', what: `${what}, which has ${counted}` };
      }
    }
    return null;
  };
}

import { type Log, type Statement, type Transaction, unreachable } from 'rowtide';
import type { SqlOptions } from '../options.js';
import { refused } from '../plan.js';
import type { routesOf } from '../routes.js';
import { keyOf } from '../transaction-key.js';
import type { DdlExecution } from './execution.js';
import { type PlannedDdl, planDdl, shownSql } from './plan.js';

export interface StatementsOptions {
  readonly policy: SqlOptions['ddl'];
  readonly routeOf: ReturnType<typeof routesOf>;
  readonly execution: DdlExecution;
  readonly log: Log;
}

/** A statement that the target is to execute. */
export interface LeadingDdl {
  readonly plan: PlannedDdl;
  readonly statement: Statement;
}

/** What is done about statements of the log, which are the first of their transactions: they commit by themselves. */
export class Statements {
  readonly #options: StatementsOptions;

  constructor(options: StatementsOptions) {
    this.#options = options;
  }

  /** The statement that a transaction begins with, if the target is to execute it. */
  leading(transaction: Transaction): LeadingDdl | null {
    for (const entry of transaction.entries)
      return entry.kind === 'statement' ? this.#wanted(entry, transaction) : null;
    return null;
  }

  async execute({ plan, statement }: LeadingDdl, transaction: Transaction, signal: AbortSignal): Promise<void> {
    await this.#options.execution.run(plan, { transaction, statement }, signal);
  }

  /** Where only what does nothing to tables can stand. */
  refuseInside(statement: Statement, transaction: Transaction): void {
    if (this.#wanted(statement, transaction) === null) return;
    const message = `${keyOf(transaction)}: a statement behind rows of the same transaction: ${shownSql(statement.sql)}`;
    throw refused(message, 'Use mode binlog, or have the transaction skipped and do by hand what it did.');
  }

  #wanted(statement: Statement, transaction: Transaction): LeadingDdl | null {
    const { policy, routeOf, log } = this.#options;
    const facts = { at: keyOf(transaction), sql: shownSql(statement.sql) };
    switch (policy) {
      case 'ignore':
        log.info(facts, 'a statement is left out, as the option ddl says');
        return null;
      case 'refuse':
      case 'apply': {
        const plan = planDdl(statement, routeOf);
        if (plan === null) log.info(facts, 'a statement is left out, since it is about no table');
        else if (policy === 'refuse') {
          throw refused(
            `${facts.at}: ${facts.sql}`,
            'The option ddl is refuse: execute it on the target by hand, then have its transaction skipped; or set ddl to apply or ignore.',
          );
        }
        return plan && { plan, statement };
      }
      default:
        return unreachable(policy);
    }
  }
}

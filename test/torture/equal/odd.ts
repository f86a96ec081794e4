/** One session of everything that servers log. */

import { connected } from '../../connectors/replica/replicating.js';
import { statements } from '../../inspect/statements.js';

export interface OddClient {
  readonly url: string;
  readonly flavour: 'mysql' | 'mariadb';
  readonly major: number;
  readonly seed: string;
  readonly count: number;
}

/** Statements that a row replica does not take; a key that ANSI mode’s own log loses together with a table’s options. */
const LEFT_OUT = {
  mysql: /binlog_format = '(STATEMENT|MIXED)'|generate_invisible_primary_key = 1/,
  mariadb: /binlog_format = '(STATEMENT|MIXED)'|^create .* (select|as select) /i,
} as const;

export async function odd({ url, ...session }: OddClient): Promise<void> {
  const connection = await connected({ url });
  try {
    for (const sql of statements(session)) {
      // Some of them are refused.
      if (!LEFT_OUT[session.flavour].test(sql)) await connection.query(sql).catch(() => undefined);
    }
  } finally {
    connection.destroy();
  }
}

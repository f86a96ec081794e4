/**
 * Where a replica can be when it dies, in the order in which it gets there. The overlay tells them by these names.
 *
 * opening        connected to the target, about to end the writer before it
 * data           rows are about to be sent, of a transaction of which nothing or a part was
 * checkpoint     mode sql: the rows are written, the row that says so is not
 * commit         all is written, and the commit not sent
 * sent           it is sent, and no answer came
 * answered       it came, and nobody but the connection knows
 * ddl, ddl-sent, ddl-answered    the same of a statement that commits by itself
 */
export const STAGES = [
  'opening',
  'data',
  'checkpoint',
  'commit',
  'sent',
  'answered',
  'ddl',
  'ddl-sent',
  'ddl-answered',
] as const;

export type Stage = (typeof STAGES)[number];
export type Mode = 'sql' | 'binlog';
export type Flavour = 'mysql' | 'mariadb';

/** What is replicated, and how. */
export interface Way {
  readonly mode: Mode;
  readonly flavour: Flavour;
}

/** In mode binlog the commit of the rows is what says so, or, of a MariaDB, it travels with them. */
export function stagesOf({ mode }: Way): readonly Stage[] {
  return mode === 'sql' ? STAGES : STAGES.filter((stage) => stage !== 'checkpoint');
}

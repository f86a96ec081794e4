import type { DatabaseServer } from '../../servers/database.js';
import { startMariadb } from '../../servers/mariadb.js';
import { startMysql } from '../../servers/mysql.js';
import type { Mode } from '../replica/stages.js';

export type EqualVersion = '9.7' | '8.0' | '11.8';

export interface Topology {
  readonly name: string;
  readonly servers: readonly EqualVersion[];
  /** From which server to which. */
  readonly pipes: readonly (readonly [from: number, to: number])[];
  /** Servers that clients write to. */
  readonly written: readonly number[];
  readonly mode: Mode;
  /** Whether rows are compared by CHECKSUM TABLE; else by the bytes of their cells. */
  readonly alike: boolean;
}

const ONE = { pipes: [[0, 1]], written: [0] } as const;

export const TOPOLOGIES: readonly Topology[] = [
  { name: 'MySQL 9.7 to 9.7', servers: ['9.7', '9.7'], mode: 'binlog', alike: true, ...ONE },
  { name: 'MySQL 8.0 to 9.7', servers: ['8.0', '9.7'], mode: 'binlog', alike: false, ...ONE },
  // A MariaDB's checksums of equal rows differ where a column is VIRTUAL.
  { name: 'MariaDB 11.8 to 11.8', servers: ['11.8', '11.8'], mode: 'binlog', alike: false, ...ONE },
  { name: 'MySQL 9.7 to MariaDB 11.8', servers: ['9.7', '11.8'], mode: 'sql', alike: false, ...ONE },
  { name: 'MariaDB 11.8 to MySQL 9.7', servers: ['11.8', '9.7'], mode: 'sql', alike: false, ...ONE },
  {
    name: 'a chain of three',
    servers: ['9.7', '9.7', '9.7'],
    pipes: [
      [0, 1],
      [1, 2],
    ],
    written: [0],
    mode: 'binlog',
    alike: true,
  },
  {
    name: 'a pair, both written to',
    servers: ['9.7', '9.7'],
    pipes: [
      [0, 1],
      [1, 0],
    ],
    written: [0, 1],
    mode: 'binlog',
    alike: true,
  },
];

/** What is shown does not depend on what survives a power cut. */
const RELAXED = ['--sync-binlog=0', '--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=256M'];
/** Rows that may get longer than a page. */
const LENIENT = '--innodb-strict-mode=OFF';

export function startServer(version: EqualVersion): Promise<DatabaseServer> {
  const options = [...RELAXED, LENIENT, '--binlog-row-metadata=FULL'];
  return version === '11.8' ? startMariadb({ version, options }) : startMysql({ version, options });
}

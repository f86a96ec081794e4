import { installKafka, startKafka } from './kafka.js';
import { installMariadb, type MariadbVersion, startMariadb } from './mariadb.js';
import { installMysql, type MysqlVersion, startMysql } from './mysql.js';
import { installRegistry, startRegistry } from './registry.js';

export type ServerKind = 'mysql' | 'mysql80' | 'mysql57' | 'mariadb' | 'mariadb1011' | 'kafka' | 'registry';

export interface Kind {
  title: string;
  /** The environment variable that points the tests at a server that already runs. */
  variable: string;
  /** Downloads and gives the version. */
  install(): Promise<string>;
  start(): Promise<RunningServer>;
}

export interface RunningServer {
  readonly version: string;
  /** What the environment variable would hold: a URL, or brokers with commas between. */
  readonly address: string;
  readonly pid: number;
  readonly logFile: string;
  stop(): Promise<void>;
}

/** The servers by the names that the command line knows them by. */
export const kinds: Readonly<Record<ServerKind, Kind>> = {
  mysql: mysql('9.7', 'ROWTIDE_TEST_MYSQL'),
  mysql80: mysql('8.0', 'ROWTIDE_TEST_MYSQL80'),
  mysql57: mysql('5.7', 'ROWTIDE_TEST_MYSQL57'),
  mariadb: mariadb('11.8', 'ROWTIDE_TEST_MARIADB'),
  mariadb1011: mariadb('10.11', 'ROWTIDE_TEST_MARIADB1011'),
  kafka: {
    title: 'Apache Kafka',
    variable: 'ROWTIDE_TEST_KAFKA',
    install: installKafka,
    start: startKafka,
  },
  registry: {
    title: 'Apicurio Registry',
    variable: 'ROWTIDE_TEST_REGISTRY',
    install: installRegistry,
    start: startRegistry,
  },
};

function mysql(version: MysqlVersion, variable: string): Kind {
  return {
    title: 'MySQL',
    variable,
    install: async () => (await installMysql(version)).version,
    start: () => startMysql({ version }),
  };
}

function mariadb(version: MariadbVersion, variable: string): Kind {
  return {
    title: 'MariaDB',
    variable,
    install: async () => (await installMariadb(version)).version,
    start: () => startMariadb({ version }),
  };
}

import type { GtidSet } from '../../core/gtid.js';

/** Options of `rowtide inspect` as its command line gives them; what was not given is absent. */
export interface InspectOptions {
  // What is read.
  readonly readFromRemoteServer?: true;
  readonly readFromRemoteSource?: 'BINLOG-DUMP-NON-GTIDS' | 'BINLOG-DUMP-GTIDS';
  readonly toLastLog?: true;
  readonly stopNever?: true;
  readonly raw?: true;
  readonly verifyBinlogChecksum?: boolean;
  readonly forceRead?: boolean;
  readonly forceIfOpen: boolean;

  // The server.
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly askPassword?: true;
  readonly passwordFile?: string;
  readonly socket?: string;
  readonly protocol?: string;
  readonly connectionServerId?: number;
  readonly compress?: true;
  readonly compressionAlgorithms?: string;
  readonly sslMode?: string;
  readonly sslCa?: string;
  readonly sslCert?: string;
  readonly sslKey?: string;
  /** MariaDB's switches. */
  readonly ssl?: boolean;
  readonly sslVerifyServerCert?: true;
  readonly defaultsFile?: string;
  readonly defaultsExtraFile?: string;
  readonly defaultsGroupSuffix?: string;
  /** False: no option files are read. */
  readonly defaults: boolean;

  /** A long option that was cut short, which only mariadb-binlog takes. */
  readonly shortened?: string;

  // The range.
  readonly startPosition?: string;
  readonly stopPosition?: string;
  /** Seconds since the epoch. */
  readonly startDatetime?: number;
  readonly stopDatetime?: number;
  readonly offset: number;

  // Which events.
  readonly database?: string;
  readonly serverId?: number;
  readonly serverIdBits: number;
  readonly includeGtids?: GtidSet;
  readonly excludeGtids?: GtidSet;
  readonly skipGtids?: boolean;
  readonly requireRowFormat?: boolean;
  readonly rewriteDb?: ReadonlyMap<string, string>;

  // How the text looks.
  readonly style?: 'mysql' | 'mariadb';
  readonly verbose: number;
  readonly base64Output: 'auto' | 'never' | 'decode-rows';
  readonly hexdump?: boolean;
  readonly shortForm?: boolean;
  readonly printTableMetadata?: boolean;
  readonly disableLogBin?: boolean;
  readonly idempotent?: boolean;
  readonly setCharset?: string;
  readonly resultFile?: string;
  readonly localLoad?: string;

  // mariadb-binlog's own.
  readonly doDomainIds?: readonly number[];
  readonly ignoreDomainIds?: readonly number[];
  readonly doServerIds?: readonly number[];
  readonly ignoreServerIds?: readonly number[];
  readonly gtidStrictMode: boolean;
  readonly printRowCount?: boolean;
  readonly printRowEventPositions?: boolean;
  readonly skipAnnotateRowEvents?: boolean;

  // Views and search.
  readonly view?: 'events' | 'transactions' | 'summary' | 'rows';
  readonly format: 'text' | 'json' | 'jsonl';
  readonly table?: readonly string[];
  readonly where?: string;
  readonly changed?: readonly string[];
  readonly gtid?: string;
  readonly at?: string;
  readonly statementRowsMax?: number;

  // Flashback.
  readonly flashback?: true;
  readonly flashbackFormat: 'sql' | 'binlog';
  readonly check?: string;

  readonly progress: boolean;
  readonly color: 'auto' | 'always' | 'never';
}

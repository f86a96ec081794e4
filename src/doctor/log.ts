import { isSince } from '../mysql/doctor.js';
import { type Check, error, ok, warning } from './finding.js';
import { setting } from './syntax.js';

const RECONNECT = 'Sessions that are open keep what they had: let every client reconnect.';

const logBin: Check = {
  name: 'log_bin',
  check(facts) {
    if (facts.variables.get('log_bin') === 'ON') return ok('the server writes a binary log');
    const needsId = !isSince(facts, 'mysql', [8, 0, 0]);
    return error('the server writes no binary log', {
      options: ['log_bin = binlog', ...(needsId ? ['server_id = 1'] : [])],
      note: 'No two servers of a topology may share a server_id.',
    });
  },
};

const binlogFormat: Check = {
  name: 'binlog_format',
  check(facts) {
    // A server without the variable knows rows only.
    const format = facts.variables.get('binlog_format') ?? 'ROW';
    if (format === 'ROW') return ok('ROW');
    const replica = isSince(facts, 'mysql', [8, 0, 22]) ? 'REPLICA' : 'SLAVE';
    const applier = `It is refused while a replica applies: STOP ${replica} SQL_THREAD before, START ${replica} SQL_THREAD after it.`;
    return error(`${format}: statements are logged instead of the rows that they change`, {
      ...setting(facts, ['binlog_format', "'ROW'"]),
      note: facts.isReplica === true ? `${applier} ${RECONNECT}` : RECONNECT,
    });
  },
};

const binlogRowImage: Check = {
  name: 'binlog_row_image',
  check(facts) {
    const image = facts.variables.get('binlog_row_image') ?? 'FULL';
    if (image === 'FULL') return ok('FULL: changes have all columns');
    return warning(`${image}: changes lack columns, which are then absent, not NULL`, {
      ...setting(facts, ['binlog_row_image', "'FULL'"]),
      note: RECONNECT,
    });
  },
};

const NAMES_ELSEWHERE =
  'the log has no column names: those of INFORMATION_SCHEMA count, and what statements in the log make of them';

const binlogRowMetadata: Check = {
  name: 'binlog_row_metadata',
  check(facts) {
    const metadata = facts.variables.get('binlog_row_metadata');
    if (metadata === 'FULL') return ok('FULL: the log says what its columns are called');
    if (metadata === undefined) {
      return ok(`not in this version: ${NAMES_ELSEWHERE}`);
    }
    return warning(`${metadata}: ${NAMES_ELSEWHERE}`, {
      ...setting(facts, ['binlog_row_metadata', "'FULL'"]),
    });
  },
};

const binlogRowValueOptions: Check = {
  name: 'binlog_row_value_options',
  check(facts) {
    const options = facts.variables.get('binlog_row_value_options');
    if (options === undefined) return null;
    if (options === '') return ok('none: JSON documents are logged whole');
    if (facts.variables.get('binlog_row_image') === 'FULL') return ok(`${options}: documents are made whole again`);
    return warning(
      `${options} without the documents before (binlog_row_image is not FULL): only the differences of JSON documents are known`,
      {
        ...setting(facts, ['binlog_row_value_options', "''"]),
        note: RECONNECT,
      },
    );
  },
};

const binlogChecksum: Check = {
  name: 'binlog_checksum',
  check(facts) {
    const checksum = facts.variables.get('binlog_checksum') ?? 'NONE';
    if (checksum !== 'NONE') return ok(`${checksum}: damage to the log is noticed`);
    return warning('NONE: damage to the log on disk or on its way is not noticed', {
      ...setting(facts, ['binlog_checksum', "'CRC32'"]),
    });
  },
};

const compression: Check = {
  name: 'compression',
  check(facts) {
    const name = facts.flavour === 'mariadb' ? 'log_bin_compress' : 'binlog_transaction_compression';
    const value = facts.variables.get(name);
    return value === undefined ? null : ok(`${name} is ${value}; compressed transactions are read as well`);
  },
};

const syncBinlog: Check = {
  name: 'sync_binlog',
  check(facts) {
    const count = facts.variables.get('sync_binlog') ?? '1';
    if (count === '1') return ok('1: a transaction is on disk in the log before its commit returns');
    const message = `${count}: a crash of the server's machine may take back transactions that were streamed`;
    return warning(message, setting(facts, ['sync_binlog', 1]));
  },
};

const logReplicaUpdates: Check = {
  name: 'log_replica_updates',
  check(facts) {
    const name = facts.variables.has('log_replica_updates') ? 'log_replica_updates' : 'log_slave_updates';
    if (facts.variables.get(name) === 'ON') return ok(`${name} is ON`);
    if (facts.isReplica === false) return ok(`${name} is OFF, and the server replicates from no other`);
    const fix = { options: [`${name} = ON`] };
    if (facts.isReplica === true) return error(`${name} is OFF: what the server replicates is not in its log`, fix);
    return warning(`${name} is OFF: were the server a replica, its log would lack what it replicates`, fix);
  },
};

const logFilters: Check = {
  name: 'log filters',
  check({ logFilters: filters }) {
    if (filters === null) return null;
    const options = [
      ...(filters.only === '' ? [] : [`binlog_do_db = ${filters.only}`]),
      ...(filters.not === '' ? [] : [`binlog_ignore_db = ${filters.not}`]),
    ];
    if (options.length === 0) return ok('every schema is logged');
    return warning(`the server leaves schemas out of its log: ${options.join(', ')}`, {
      note: `Take ${options.join(' and ')} out of the option file, and restart the server.`,
    });
  },
};

export const LOG_CHECKS: readonly Check[] = [
  logBin,
  binlogFormat,
  binlogRowImage,
  binlogRowMetadata,
  binlogRowValueOptions,
  binlogChecksum,
  compression,
  syncBinlog,
  logReplicaUpdates,
  logFilters,
];

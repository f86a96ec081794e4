import { describe, expect, it } from 'vitest';
import { dumpError } from '../../src/source/dump-errors.js';

describe('dumpError', () => {
  // As MySQL 5.7, 8.0 and 9.7 and MariaDB 11.8 word them.
  it.each([
    [1236, 'Could not find first log file name in binary log index file', 'SOURCE_PURGED'],
    [
      1236,
      'The slave is connecting using CHANGE MASTER TO MASTER_AUTO_POSITION = 1, but the master has purged binary logs containing GTIDs that the slave requires.',
      'SOURCE_PURGED',
    ],
    [1236, 'Cannot replicate because the source purged required binary logs.', 'SOURCE_PURGED'],
    [
      1236,
      'Could not find GTID state requested by slave in any binlog files. Probably the slave state is too old and required binlog files have been purged.',
      'SOURCE_PURGED',
    ],
    [1236, 'A slave with the same server_uuid/server_id as this slave has connected to the master', 'SOURCE_FENCED'],
    [
      1236,
      'A replica with the same server_uuid/server_id as this replica has connected to the source',
      'SOURCE_FENCED',
    ],
    [1236, "Slave has more GTIDs than the master has, using the master's SERVER_UUID.", 'SOURCE_DIVERGED'],
    [
      1236,
      "Error: connecting slave requested to start from GTID 0-1-99, which is not in the master's binlog",
      'SOURCE_DIVERGED',
    ],
    [
      1236,
      'The binlog on the master is missing the GTID 0-1-20 requested by the slave (even though both a prior and a subsequent sequence number does exist), and GTID strict mode is enabled',
      'SOURCE_DIVERGED',
    ],
    [1236, 'Client requested master to start replication from position > file size', 'SOURCE_DIVERGED'],
    [1236, 'Client requested master to start replication from impossible position', 'SOURCE_DIVERGED'],
    [1236, 'event read from binlog did not pass crc check', 'EVENT_CHECKSUM'],
    [1236, 'log event entry exceeded max_allowed_packet; Increase max_allowed_packet on master', 'SOURCE_SETTINGS'],
    [1236, 'bogus data in log event', 'EVENT_MALFORMED'],
    [
      1227,
      'Access denied; you need (at least one of) the REPLICATION SLAVE privilege(s) for this operation',
      'SOURCE_ACCESS_DENIED',
    ],
    [1053, 'Server shutdown in progress', 'SOURCE_UNREACHABLE'],
    [1317, 'Query execution was interrupted', 'SOURCE_UNREACHABLE'],
  ])('%i %s is %s', (code, message, expected) => {
    expect(dumpError(code, message, 'db1:3306 binlog.000007:120')).toMatchObject({
      code: expected,
      retryable: expected === 'SOURCE_UNREACHABLE',
      message: `db1:3306 binlog.000007:120: ${message} (error ${code})`,
      hint: expect.any(String),
    });
  });
});

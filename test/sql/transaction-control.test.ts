/** What statements of the log do to the transaction that they stand in. */
import { describe, expect, it } from 'vitest';
import { transactionControl } from '../../src/sql/transaction-control.js';

const kindOf = (sql: string): string => transactionControl(sql).kind;

describe('a statement that no reader has use for', () => {
  it.each([
    '# Dummy event replacing event type 162 that slave cannot handle.',
    '# rds\n-- and more\n/* here */',
    'INSERT INTO mysql.rds_heartbeat2(id, value) values (1,1483041015005) ON DUPLICATE KEY UPDATE value = 1483041015005',
    "INSERT INTO mysql.rds_sysinfo(name, value) values ('innodb_txn_key','Thu Nov 15 10:30:07 UTC 2018')",
    "DELETE FROM mysql.rds_sysinfo where name = 'innodb_txn_key'",
    'DELETE FROM mysql.rds_monitor;',
    'update `mysql`.`rds_history` set a = 1',
  ])('is %j', (sql) => expect(kindOf(sql)).toBe('nothing'));

  it.each([
    '/* shop */ drop table t',
    '/*!50001 drop table t */',
    '/*M!100100 drop table t */',
    'insert into shop.rds_heartbeat2 values (1)',
    'insert into mysql.user values (1)',
    'update mysql.rds_history, shop.orders set orders.total = 0',
    'update mysql.rds_history join shop.orders set orders.total = 0',
    'delete mysql.rds_history, shop.orders from mysql.rds_history join shop.orders',
    'delete from mysql.rds_history, shop.orders using mysql.rds_history join shop.orders',
  ])('is not %j', (sql) => expect(kindOf(sql)).toBe('statement'));
});

describe('a step of an XA transaction', () => {
  it.each([
    ["XA START X'6f6e65',X'',1", { kind: 'xa-start' }],
    ["XA END X'6f6e65',X'',1", { kind: 'xa-end' }],
    ["XA COMMIT X'6f6e65',X'',1", { kind: 'xa-commit', xid: "X'6f6e65',X'',1" }],
    ["XA ROLLBACK X'6f6e65',X'6272',7", { kind: 'xa-rollback', xid: "X'6f6e65',X'6272',7" }],
  ])('is %s', (sql, control) => expect(transactionControl(sql)).toEqual(control));
});

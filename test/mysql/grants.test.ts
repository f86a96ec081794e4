import { expect, test } from 'vitest';
import { parseGrants } from '../../src/mysql/grants.js';

const TO = 'TO `cdc`@`%`';

test('privileges on the whole server, as both flavours print them', () => {
  for (const line of [
    `GRANT SELECT, RELOAD, REPLICATION SLAVE, REPLICATION CLIENT ON *.* ${TO} WITH GRANT OPTION`,
    "GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO 'cdc'@'%' IDENTIFIED BY PASSWORD '*A4B6'",
    `GRANT ALL PRIVILEGES ON *.* ${TO}`,
  ]) {
    expect(parseGrants([line]).hasGlobal('REPLICATION SLAVE')).toBe(true);
  }
  const grants = parseGrants([
    `GRANT USAGE ON *.* ${TO}`,
    `GRANT REPLICATION CLIENT ON *.* ${TO}`,
    'GRANT `reader`@`%` TO `cdc`@`%`',
  ]);
  expect(grants.hasGlobal('REPLICATION SLAVE')).toBe(false);
  expect(grants.hasGlobal('REPLICATION CLIENT')).toBe(true);
});

test('privileges on schemas and tables, whose names may be patterns and hold anything', () => {
  const grants = parseGrants([
    `GRANT SELECT ON \`shop\`.* ${TO}`,
    `GRANT SELECT ON \`cr_\\_%\`.* ${TO}`,
    `GRANT INSERT, SELECT ON \`a\`\`.\`.\`t.*\` ${TO}`,
    `GRANT SELECT (\`id\`, \`name\`), INSERT (\`id\`) ON \`hr\`.\`people\` ${TO}`,
  ]);
  expect([
    grants.hasOn('SELECT', 'shop'),
    grants.hasOn('SELECT', 'shop', 'orders'),
    grants.hasOn('SELECT', 'shops'),
  ]).toEqual([true, true, false]);
  expect([grants.hasOn('SELECT', 'crm_1'), grants.hasOn('SELECT', 'crm1'), grants.hasOn('SELECT', 'cr_m')]).toEqual([
    true,
    false,
    false,
  ]);
  expect([
    grants.hasOn('SELECT', 'a`.', 't.*'),
    grants.hasOn('SELECT', 'a`.'),
    grants.hasOn('SELECT', 'a`.', 't'),
  ]).toEqual([true, false, false]);
  // Some columns are not the table.
  expect(grants.hasOn('SELECT', 'hr', 'people')).toBe(false);
});

test('what was taken back from a grant on everything', () => {
  const grants = parseGrants([`GRANT SELECT ON *.* ${TO}`, 'REVOKE SELECT ON `secret`.* FROM `cdc`@`%`']);
  expect([grants.hasOn('SELECT', 'shop'), grants.hasOn('SELECT', 'secret')]).toEqual([true, false]);
});

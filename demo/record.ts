/** Records the binlog that the demo replays: `npx tsx demo/record.ts`. */
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { startMysql } from '../test/servers/mysql.js';
import { openShop, placeOrder, readSums, seeded } from './shop.js';

const FOLDER = join(import.meta.dirname, 'recording');

const server = await startMysql({
  version: '9.7',
  options: ['--binlog-row-metadata=FULL', '--binlog-transaction-compression=ON'],
});
try {
  const connection = await mysql.createConnection({
    host: server.host,
    port: server.port,
    user: server.user,
    supportBigNumbers: true,
  });
  const shopping = { customers: 12_000, products: 9_000, orders: 1_500, random: seeded(20) };
  await openShop(connection, shopping);
  for (let i = 1; i <= shopping.orders; i++) await placeOrder(connection, shopping, i);
  await connection.query('FLUSH BINARY LOGS');
  const sums = await readSums(connection);
  await connection.end();
  await copyFile(join(server.binlogDir, 'binlog.000001'), join(FOLDER, 'binlog.000001'));
  await writeFile(join(FOLDER, 'shop.json'), `${JSON.stringify({ server: server.version, ...sums }, null, 2)}\n`);
} finally {
  await server.stop();
}

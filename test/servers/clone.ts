import mysql from 'mysql2/promise';
import type { MysqlServer } from './mysql.js';

/** Everything of the donor, its GTIDs too, in place of all that the recipient has. */
export async function cloneInto(recipient: MysqlServer, donor: MysqlServer): Promise<void> {
  for (const { url } of [donor, recipient]) {
    const connection = await mysql.createConnection(url);
    const [found] = await connection.query<mysql.RowDataPacket[]>(
      "SELECT 1 FROM information_schema.plugins WHERE plugin_name = 'clone'",
    );
    if (found.length === 0) await connection.query("INSTALL PLUGIN clone SONAME 'mysql_clone.so'");
    await connection.end();
  }
  const connection = await mysql.createConnection(recipient.url);
  await connection.query(`SET GLOBAL clone_valid_donor_list = '${donor.host}:${donor.port}'`);
  try {
    await connection.query(`CLONE INSTANCE FROM '${donor.user}'@'${donor.host}':${donor.port} IDENTIFIED BY ''`);
  } catch (error) {
    // It ends so that whoever watches over it starts it again, which here are we.
    if (!String(error).includes('Restart server failed')) throw error;
  }
  connection.destroy();
  await recipient.restart();
}

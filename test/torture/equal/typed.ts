/** Tables of all column types, and transactions on their rows. */
import mysql from 'mysql2/promise';
import { OPAQUE_TABLE } from '../../roundtrip/documents.js';
import { type Kind, kinds, type Version } from '../../roundtrip/kinds.js';
import { isMariadb } from '../../roundtrip/mariadb-kinds.js';
import { Random } from '../../roundtrip/random.js';
import { type TableSpec, tables } from '../../roundtrip/tables.js';
import { statements } from '../../roundtrip/workload.js';

export interface TypedClient {
  readonly url: string;
  readonly version: Version;
  /** Only types that servers of both flavours have. */
  readonly both: boolean;
  readonly seed: number;
  /** Beginning of the names of its schemas. */
  readonly prefix: string;
  readonly more: () => boolean;
}

const ROWS_PER_TABLE = 30;
/** Types, and character sets, of one flavour; what both call JSON is text in one of them. */
const OF_ONE = /json|vector|uuid|inet|compressed|gb18030/;

/** Writes until it is enough: one set of tables after the other, all of which stay. */
export async function typed({ url, version, both, seed, prefix, more }: TypedClient): Promise<void> {
  const random = new Random(seed);
  const connection = await mysql.createConnection({ uri: url, charset: 'utf8mb4' });
  try {
    await connection.query("SET time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES'");
    for (let pass = 0; more(); pass++) {
      const schema = `${prefix}_${pass}`;
      await connection.query(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`);
      await connection.query(`USE ${schema}`);
      // Some values are made of its only row.
      if (!isMariadb(version)) for (const sql of OPAQUE_TABLE) await connection.query(sql);
      for (const table of tablesOf(random, { version, both })) {
        await connection.query(table.create);
        await fill(connection, { table, random, version, both, more });
      }
    }
  } finally {
    await connection.end();
  }
}

function tablesOf(random: Random, { version, both }: Pick<TypedClient, 'version' | 'both'>): TableSpec[] {
  // It has the narrower limits, and no columns that only one flavour knows.
  const asked = both ? '8.0' : version;
  const chosen: Kind[] = kinds(asked, random).filter(({ sql }) => !both || !OF_ONE.test(sql));
  return tables(chosen, { random, version: asked, extra: 1 }).filter(({ create }) => !both || !OF_ONE.test(create));
}

interface Filling extends Pick<TypedClient, 'version' | 'both' | 'more'> {
  readonly table: TableSpec;
  readonly random: Random;
}

/** Its rows in transactions of several statements, some of which are taken back. */
async function fill(connection: mysql.Connection, { table, random, both, more }: Filling): Promise<void> {
  const all = [...statements(table, { random, rowsPerTable: ROWS_PER_TABLE })].map(({ sql }) => sql);
  // The last one would leave nothing to compare.
  const pending = all.slice(0, -1);
  while (pending.length > 0 && more()) {
    if (!both) await connection.query(`SET SESSION binlog_row_image = '${random.pick(['FULL', 'MINIMAL', 'NOBLOB'])}'`);
    await connection.query('BEGIN');
    for (const sql of pending.splice(0, random.int(1, 4))) await connection.query(sql);
    if (random.chance(0.1)) {
      await connection.query('SAVEPOINT s');
      await connection.query(`DELETE FROM \`${table.name}\``);
      await connection.query('ROLLBACK TO SAVEPOINT s');
    }
    await connection.query('COMMIT');
  }
}

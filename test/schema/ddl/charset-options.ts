/** Every sequence of two options that say a character set or a collation, wherever such options may stand. */
import type { SchemaState } from '../../../src/schema/history/state.js';
import type { Oracle } from './oracle.js';

const SCHEMA = 'charsets';
const OPTIONS = [
  ...['CHARSET utf8mb4', 'CHARSET DEFAULT', 'COLLATE utf8mb4_bin', 'COLLATE utf8mb4_unicode_ci', 'COLLATE DEFAULT'],
  // MariaDB's, which belongs to no character set of its own.
  'COLLATE uca1400_ai_ci',
];
const CONVERSIONS = [
  ...['CONVERT TO CHARSET utf8mb4', 'CONVERT TO CHARSET utf8mb4 COLLATE utf8mb4_bin', 'CONVERT TO CHARSET DEFAULT'],
];

/** Makes all that the statements are about, whose collations are none that any of the options says. */
export async function prepareCharsets(oracle: Oracle): Promise<string[]> {
  await oracle.run(`CREATE DATABASE ${SCHEMA} COLLATE latin2_bin`);
  await oracle.run(`USE ${SCHEMA}`);
  await oracle.run('SET collation_server = latin1_german1_ci');
  const pairs = sequences(OPTIONS);
  const statements: string[] = [];
  for (const [i, options] of pairs.entries()) {
    await oracle.run(`CREATE DATABASE charsets_altered${i} COLLATE cp1250_bin`);
    statements.push(
      `CREATE TABLE created${i} (a CHAR(3)) ${options.join(' ')}`,
      `CREATE DATABASE charsets_created${i} ${options.join(' ')}`,
      `ALTER DATABASE charsets_altered${i} ${options.join(' ')}`,
    );
  }
  for (const [i, actions] of sequences([...OPTIONS, ...CONVERSIONS]).entries()) {
    await oracle.run(`CREATE TABLE altered${i} (a CHAR(3)) COLLATE cp1250_bin`);
    statements.push(`ALTER TABLE altered${i} ${actions.join(', ')}`);
  }
  return statements;
}

/** Only the tables and schemas of this test. */
export function onlyCharsets(state: SchemaState): SchemaState {
  const own = <T>(map: ReadonlyMap<string, T>): Map<string, T> =>
    new Map([...map].filter(([key]) => key.startsWith(SCHEMA)));
  return { ...state, schemas: own(state.schemas), tables: own(state.tables) };
}

function sequences(options: readonly string[]): string[][] {
  return options.flatMap((first) => [[first], ...options.map((second) => [first, second])]);
}

/** Where the words of a statement do not tell what a server made of them, its table is unknown, and no other. */
import { describe, expect, it } from 'vitest';
import { Collations } from '../../../src/schema/collations.js';
import { changed, nothingKnown, type SchemaState, tableIn } from '../../../src/schema/history/state.js';
import { applyStatement } from '../../../src/schema/history/statement.js';

const NOTHING = { kind: 'unknown', code: 'TABLE_UNKNOWN', why: 'nothing was read' } as const;
const collation = (name: string, id: number, isDefault = false) => ({
  name,
  charset: name.split('_')[0]!,
  id,
  isDefault,
  bytesMax: 4,
});
const collations = new Collations([
  collation('utf8mb4_0900_ai_ci', 255, true),
  collation('utf8mb4_general_ci', 45),
  collation('utf8mb4_bin', 46),
  collation('latin1_swedish_ci', 8, true),
]);
const server = { flavour: 'mysql', caseSensitive: true, explicitDefaultsForTimestamp: true, collations } as const;
const empty: SchemaState = { ...nothingKnown(server, NOTHING), schemas: new Map([['shop', 'latin1_swedish_ci']]) };

const NO_BACKSLASH_ESCAPES = Buffer.from([1, 0, 0, 0x10, 0, 0, 0, 0, 0]);

interface Written {
  readonly serverVersion?: string;
  readonly status?: Buffer;
}

/** The collation or the labels of t's first column, or why it is not known. */
function described(written: Written, ...statements: string[]): string {
  let state = empty;
  for (const sql of statements) {
    const statement = { sql, schema: 'shop', status: Buffer.alloc(0), serverVersion: '9.7.0', ...written };
    state = changed(state, applyStatement(state, statement, 'here'));
  }
  const table = tableIn(state, 'shop', 't');
  if (table?.kind !== 'known') return table?.why ?? '';
  const [column] = table.definition.columns;
  return column?.labels?.join() ?? column?.collation ?? '';
}

describe('COLLATE before the CHARACTER SET of the same kind', () => {
  const sql = 'CREATE TABLE t (a TEXT) COLLATE utf8mb4_bin CHARACTER SET utf8mb4';

  it.each([
    ['5.7.44', 'utf8mb4_general_ci'],
    ['8.0.26', 'utf8mb4_0900_ai_ci'],
    ['8.0.29', 'together differently'],
    ['8.0.32', 'utf8mb4_bin'],
    ['10.6.1-MariaDB', 'together differently'],
    ['10.11.6-MariaDB', 'utf8mb4_bin'],
  ])('in %s', (serverVersion, expected) => {
    expect(described({ serverVersion }, sql)).toContain(expected);
  });

  it('in the usual order means the same everywhere', () => {
    const usual = 'CREATE TABLE t (a TEXT) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
    for (const serverVersion of ['5.7.44', '8.0.29', '9.7.0', '10.6.1-MariaDB', '11.8.1-MariaDB'])
      expect(described({ serverVersion }, usual)).toBe('utf8mb4_bin');
  });
});

it('MySQL converts to the character set that its session once found', () => {
  const sql = ['CREATE TABLE t (a TEXT)', 'ALTER TABLE t CONVERT TO CHARACTER SET DEFAULT'];
  expect(described({}, ...sql)).toContain('what USE found');
  expect(described({ serverVersion: '11.8.1-MariaDB' }, ...sql)).toBe('latin1_swedish_ci');
});

describe('backslashes in labels', () => {
  const serversWords = "CREATE TABLE `t` (\n  `a` enum('c:\\\\d') DEFAULT NULL\n)";

  it('are escaped by whoever wrote them, where they are escapes', () => {
    expect(described({}, serversWords)).toBe('c:\\d');
  });

  it('may have been escaped by the server, where they are none', () => {
    expect(described({ status: NO_BACKSLASH_ESCAPES }, serversWords)).toContain('cannot be told');
    expect(described({ status: NO_BACKSLASH_ESCAPES }, serversWords.replaceAll('\\', ''))).toBe('c:d');
  });

  it('are what they are in words that are not those of the server', () => {
    expect(described({ status: NO_BACKSLASH_ESCAPES }, "create table t (a enum('c:\\d'))")).toBe('c:\\d');
  });
});

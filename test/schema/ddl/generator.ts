/** Random DDL, about tables as they are when it is made. */
import type { Random } from '../../roundtrip/random.js';
import { ODD_NAMES, quoted, randomType } from './types.js';

export type Flavour = 'mysql-5.7' | 'mysql-8.0' | 'mysql-9.7' | 'mariadb-10.11' | 'mariadb-11.8';

/** A table of the server, with the names of its columns and keys. */
export interface Existing {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly keys: readonly string[];
}

export const SCHEMAS = ['ddl_a', 'ddl_b', 'ddl `c`'] as const;
const CHARSETS = ['utf8mb4', 'latin1', 'utf8', 'ascii', 'binary', 'cp1250'] as const;
const COLLATIONS = ['utf8mb4_bin', 'latin1_bin', 'utf8mb4_unicode_ci', 'latin1_general_ci'] as const;

export class Generator {
  readonly #random: Random;
  readonly #flavour: Flavour;
  #serial = 0;

  constructor(random: Random, flavour: Flavour) {
    this.#random = random;
    this.#flavour = flavour;
  }

  statement(tables: readonly Existing[]): string {
    const r = this.#random;
    if (tables.length < 4 || r.chance(0.12)) return this.#create(tables);
    if (tables.length > 14) return this.#drop(tables);
    if (r.chance(0.65)) return this.#alter(r.pick(tables));
    return r.pick([
      () => this.#rename(tables),
      () => this.#drop(tables),
      () => this.#like(r.pick(tables)),
      () => this.#index(r.pick(tables)),
      () => this.#schema(),
      () => `TRUNCATE TABLE ${this.#ref(r.pick(tables))}`,
      () => this.#comment(this.#alter(r.pick(tables))),
      () => this.#expanded(r.pick(tables)),
      () => this.#partition(r.pick(tables)),
    ])();
  }

  get #isOld(): boolean {
    return this.#flavour === 'mysql-5.7';
  }

  get #isMariadb(): boolean {
    return this.#flavour.startsWith('mariadb');
  }

  #newName(): string {
    const r = this.#random;
    return r.chance(0.3) ? `${r.pick(ODD_NAMES)}${++this.#serial}` : `t${++this.#serial}`;
  }

  #ref({ schema, name }: { schema: string; name: string }): string {
    return `${quoted(schema)}.${quoted(name)}`;
  }

  #newTable(): string {
    const r = this.#random;
    return r.chance(0.3) ? quoted(this.#newName()) : `${quoted(r.pick(SCHEMAS))}.${quoted(this.#newName())}`;
  }

  #create(tables: readonly Existing[]): string {
    const r = this.#random;
    const columns = Array.from({ length: r.int(1, 6) }, () => this.#newName());
    const items = columns.map((name) => this.#column(name, columns));
    if (r.chance(0.5)) items.push(`PRIMARY KEY (${quoted(columns[0]!)})`);
    if (r.chance(0.3)) items.push(this.#key(r.pick(columns)));
    const exists = r.chance(0.15) ? 'IF NOT EXISTS ' : '';
    const table = exists !== '' && tables.length > 0 && r.chance(0.5) ? this.#ref(r.pick(tables)) : this.#newTable();
    const orReplace = this.#isMariadb && exists === '' && r.chance(0.1) ? 'OR REPLACE ' : '';
    const partitions = r.chance(0.1) ? ` PARTITION BY KEY (${quoted(columns[0]!)}) PARTITIONS 3` : '';
    return `CREATE ${orReplace}TABLE ${exists}${table} (${items.join(', ')})${this.#tableCharset()}${partitions}`;
  }

  #tableCharset(): string {
    const r = this.#random;
    return r.pick(['', '', ` DEFAULT CHARSET=${r.pick(CHARSETS)}`, ` COLLATE ${r.pick(COLLATIONS)}`, ' ENGINE=InnoDB']);
  }

  #column(name: string, others: readonly string[]): string {
    const r = this.#random;
    if (r.chance(0.08) && others.length > 1) {
      const how = r.pick(['', ' VIRTUAL', ' STORED']);
      return `${quoted(name)} INT ${r.pick(['', 'GENERATED ALWAYS '])}AS (LENGTH(${quoted(r.pick(others))}) + 1)${how}`;
    }
    const attributes = [r.pick(['', '', ' NULL', ' NOT NULL'])];
    if (r.chance(0.1)) attributes.push(" COMMENT 'it''s, (odd)'");
    if (r.chance(0.04)) attributes.push(' UNIQUE');
    if (this.#hasInvisible && r.chance(0.08)) attributes.push(' INVISIBLE');
    return `${quoted(name)} ${randomType(r, this.#flavour)}${attributes.join('')}`;
  }

  get #hasInvisible(): boolean {
    return this.#flavour === 'mysql-9.7' || this.#isMariadb;
  }

  #key(column: string): string {
    const r = this.#random;
    const name = r.chance(0.5) ? ` ${quoted(this.#newName())}` : '';
    const constraint = name === '' && r.chance(0.3) ? `CONSTRAINT ${quoted(this.#newName())} ` : '';
    return r.pick([`${constraint}UNIQUE KEY${name} (${quoted(column)})`, `KEY${name} (${quoted(column)})`]);
  }

  #alter(table: Existing): string {
    const actions = Array.from({ length: this.#random.pick([1, 1, 1, 2, 3]) }, () => this.#action(table));
    // A list of columns ends the statement.
    actions.sort((a, b) => Number(a.startsWith('ORDER')) - Number(b.startsWith('ORDER')));
    const alone = actions.find((action) => this.#isAlone(action));
    return `ALTER TABLE ${this.#ref(table)} ${alone ?? [...new Set(actions)].join(', ')}`;
  }

  /**
   * 8.0.15 crashes when it converts and adds a column. MariaDB leaves a second table behind when it renames a partitioned
   * one and does more, and puts character sets and columns that move AFTER each other together in ways of its own, which
   * we refuse.
   */
  #isAlone(action: string): boolean {
    if (this.#flavour === 'mysql-8.0') return action.startsWith('CONVERT');
    return this.#isMariadb && /^(CONVERT|RENAME TO)| AFTER `/.test(action);
  }

  #action(table: Existing): string {
    const r = this.#random;
    const column = r.pick(table.columns);
    const place = (): string => r.pick(['', '', ' FIRST', ` AFTER ${quoted(r.pick(table.columns))}`]);
    const choices = [
      () => `ADD ${r.pick(['', 'COLUMN '])}${this.#column(this.#newName(), table.columns)}${place()}`,
      () => `ADD ${this.#column(this.#newName(), table.columns)}${place()}`,
      () => `ADD (${this.#column(this.#newName(), [])}, ${this.#column(this.#newName(), [])})`,
      () => `DROP ${r.pick(['', 'COLUMN '])}${quoted(column)}`,
      () => `CHANGE ${quoted(column)} ${this.#column(this.#newName(), [])}${place()}`,
      () => `MODIFY COLUMN ${this.#column(column, [])}${place()}`,
      () => `CONVERT TO CHARACTER SET ${r.pick(CHARSETS)}`,
      () => 'CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
      () => `DEFAULT CHARACTER SET = ${r.pick(CHARSETS)}`,
      () => `COLLATE ${r.pick(COLLATIONS)}`,
      () => `RENAME TO ${this.#newTable()}`,
      () => `ADD PRIMARY KEY (${quoted(column)})`,
      () => 'DROP PRIMARY KEY',
      () => `ADD ${this.#key(column)}`,
      () => `ALTER COLUMN ${quoted(column)} DROP DEFAULT`,
      () => `ORDER BY ${quoted(column)}`,
      () => "COMMENT = 'ADD x INT, DROP y', ALGORITHM=COPY",
      () => 'ENGINE=InnoDB',
      ...this.#ownActions(table, column),
    ];
    return r.pick(choices)();
  }

  #ownActions(table: Existing, column: string): (() => string)[] {
    const r = this.#random;
    const choices: (() => string)[] = [];
    if (table.keys.length > 0) choices.push(() => `DROP INDEX ${quoted(r.pick(table.keys))}`);
    if (!this.#isOld) {
      const [a, b] = [quoted(column), quoted(r.pick(table.columns))];
      choices.push(
        () => `RENAME COLUMN ${a} TO ${quoted(this.#newName())}`,
        () => (a === b ? 'FORCE' : `RENAME COLUMN ${a} TO ${b}, RENAME COLUMN ${b} TO ${a}`),
      );
    }
    if (this.#flavour === 'mysql-9.7') {
      choices.push(() => `ALTER COLUMN ${quoted(column)} SET ${r.pick(['IN', ''])}VISIBLE`);
    }
    if (this.#isMariadb) {
      choices.push(
        () => `ADD COLUMN IF NOT EXISTS ${this.#column(column, [])}`,
        () => `DROP COLUMN IF EXISTS ${quoted(this.#newName())}`,
      );
    }
    return choices;
  }

  #rename(tables: readonly Existing[]): string {
    const r = this.#random;
    const [a, b] = r.shuffle(tables);
    if (a === undefined || b === undefined || r.chance(0.3)) {
      return `RENAME TABLE ${this.#ref(r.pick(tables))} TO ${this.#newTable()}`;
    }
    const aside = `${quoted(a.schema)}.${quoted(this.#newName())}`;
    return `RENAME TABLE ${this.#ref(a)} TO ${aside}, ${this.#ref(b)} TO ${this.#ref(a)}, ${aside} TO ${this.#ref(b)}`;
  }

  #drop(tables: readonly Existing[]): string {
    const some = this.#random.shuffle(tables).slice(0, this.#random.int(1, 3));
    const exists = this.#random.chance(0.3);
    const names = some.map((table) => this.#ref(table));
    if (exists) names.push(this.#newTable());
    return `DROP TABLE ${exists ? 'IF EXISTS ' : ''}${names.join(', ')}`;
  }

  #like(table: Existing): string {
    const form = this.#random.chance(0.5) ? ` LIKE ${this.#ref(table)}` : ` (LIKE ${this.#ref(table)})`;
    return `CREATE TABLE ${this.#random.chance(0.2) ? 'IF NOT EXISTS ' : ''}${this.#newTable()}${form}`;
  }

  /** The server writes out the columns in the log. */
  #expanded(table: Existing): string {
    return `CREATE TABLE ${this.#newTable()} ${this.#random.pick(['', 'AS '])}SELECT * FROM ${this.#ref(table)}`;
  }

  #index(table: Existing): string {
    const r = this.#random;
    if (table.keys.length > 0 && r.chance(0.4))
      return `DROP INDEX ${quoted(r.pick(table.keys))} ON ${this.#ref(table)}`;
    const unique = r.pick(['', 'UNIQUE ']);
    return `CREATE ${unique}INDEX ${quoted(this.#newName())} ON ${this.#ref(table)} (${quoted(r.pick(table.columns))})`;
  }

  #partition(table: Existing): string {
    const r = this.#random;
    const how = r.pick([
      `PARTITION BY KEY (${quoted(r.pick(table.columns))}) PARTITIONS 2`,
      ...['REMOVE PARTITIONING', 'ADD PARTITION PARTITIONS 1', 'COALESCE PARTITION 1', 'TRUNCATE PARTITION p0, p1'],
    ]);
    // MariaDB loses a table with such a name when its partitions change: that fails, and nothing of it is logged.
    if (this.#isMariadb && table.name.startsWith('/*!')) return `TRUNCATE TABLE ${this.#ref(table)}`;
    return `ALTER TABLE ${this.#ref(table)} ${how}`;
  }

  #schema(): string {
    const r = this.#random;
    const options = r.pick([`CHARACTER SET ${r.pick(CHARSETS)}`, `COLLATE ${r.pick(COLLATIONS)}`]);
    if (r.chance(0.6)) return `ALTER DATABASE ${quoted(r.pick(SCHEMAS))} ${options}`;
    return `CREATE DATABASE IF NOT EXISTS ${quoted(r.pick(SCHEMAS))} ${options}`;
  }

  /** The same, with comments, of which some are executed. */
  #comment(sql: string): string {
    if (sql.includes('ORDER BY') || (this.#isMariadb && sql.includes(' RENAME TO '))) return sql;
    return sql
      .replace(/^ALTER TABLE /, '/* x */ALTER -- ALTER TABLE z DROP y\n/*!50001 TABLE */ # DROP z\n')
      .concat(" /*!50101 , COMMENT 'y' */ /*!99999 , DROP nothing */");
  }
}

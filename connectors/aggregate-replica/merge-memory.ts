import type { Connection, TableDefinition, TableVersion } from 'rowtide';

/** A table of the target, where rows of many sources come together. */
export interface TargetName {
  readonly schema: string;
  readonly name: string;
}

export interface StoredVersion extends TableVersion {
  readonly definition: TableDefinition;
  /** False from before its statement was begun until it is known to be done. */
  readonly isMade: boolean;
}

/** How far one table of this source is among the versions of the one that it goes into. */
export interface SourcePlace {
  readonly target: TargetName;
  /** schema.table of the source. */
  readonly source: string;
  readonly version: number;
  /** Which statement of its log brought it there: a GTID, or file:position. */
  readonly place: string;
}

/** How long one question for the lock waits, in seconds: so often an abort is looked for. */
const LOCK_SECONDS = 5;
const LOCK_NAME_MAX = 64;

/**
 * What sources of one target have to know of each other, in the target itself, so that it is known to other processes
 * and to later ones:
 *
 *   merged_version  the forms that a table of the target has had, and the statements that made them
 *   merged_source   for each table of each source: at which of them it is, and what its keys are
 */
export class MergeMemory {
  readonly #connection: Connection;
  readonly #stateSchema: string;
  readonly #stream: string;

  constructor(connection: Connection, { stateSchema, stream }: { stateSchema: string; stream: string }) {
    this.#connection = connection;
    this.#stateSchema = stateSchema;
    this.#stream = stream;
  }

  async create(): Promise<void> {
    const name = (length: number): string => `VARCHAR(${length}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL`;
    const long = 'LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
    const target = `table_schema ${name(64)}, table_name ${name(64)}`;
    await this.#connection.query(`CREATE DATABASE IF NOT EXISTS ${quoted(this.#stateSchema)}`);
    await this.#connection.query(`CREATE TABLE IF NOT EXISTS ${this.#versions} (
      ${target}, version INT NOT NULL, definition ${long} NOT NULL, statement ${long} NOT NULL, renames ${long} NOT NULL,
      made_by ${name(255)}, is_made BOOLEAN NOT NULL, PRIMARY KEY (table_schema, table_name, version)
    ) ENGINE = InnoDB`);
    await this.#connection.query(`CREATE TABLE IF NOT EXISTS ${this.#sources} (
      ${target}, stream ${name(255)}, source_table ${name(129)}, version INT, place VARCHAR(255), facts ${long},
      PRIMARY KEY (table_schema, table_name, stream, source_table)
    ) ENGINE = InnoDB`);
  }

  /**
   * Runs `work` while nobody else does the same for this target: alter tables, which may take long, or compare keys. A lock
   * of the server: it goes with the connection.
   */
  async locked<T>(what: 'tables' | 'keys', signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const name = `rowtide ${what} ${this.#stateSchema}`.slice(0, LOCK_NAME_MAX);
    for (;;) {
      signal.throwIfAborted();
      const [row] = await this.#connection.query<[number | null]>('SELECT GET_LOCK(?, ?)', [name, LOCK_SECONDS]);
      if (Number(row?.[0]) === 1) break;
    }
    try {
      return await work();
    } finally {
      await this.#connection.query('SELECT RELEASE_LOCK(?)', [name]).catch(() => undefined);
    }
  }

  /** By the version. */
  async versions({ schema, name }: TargetName): Promise<StoredVersion[]> {
    const rows = await this.#connection.query<[string, string, string, number]>(
      `SELECT definition, statement, renames, is_made FROM ${this.#versions}
        WHERE table_schema = ? AND table_name = ? ORDER BY version`,
      [schema, name],
    );
    return rows.map(([definition, statement, renames, isMade]) => ({
      definition: JSON.parse(definition) as TableDefinition,
      statement,
      renames: JSON.parse(renames) as Record<string, string>,
      isMade: Number(isMade) === 1,
    }));
  }

  async addVersion({ schema, name }: TargetName, version: number, made: StoredVersion): Promise<void> {
    await this.#connection.query(`INSERT INTO ${this.#versions} VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, [
      schema,
      name,
      version,
      JSON.stringify(made.definition),
      made.statement,
      JSON.stringify(made.renames),
      this.#stream,
      Number(made.isMade),
    ]);
  }

  async setMade({ schema, name }: TargetName, version: number): Promise<void> {
    const where = 'table_schema = ? AND table_name = ? AND version = ?';
    await this.#connection.query(`UPDATE ${this.#versions} SET is_made = TRUE WHERE ${where}`, [schema, name, version]);
  }

  async removeVersion({ schema, name }: TargetName, version: number): Promise<void> {
    const where = 'table_schema = ? AND table_name = ? AND version = ?';
    await this.#connection.query(`DELETE FROM ${this.#versions} WHERE ${where}`, [schema, name, version]);
  }

  /** Of all tables of this source that came to a statement. */
  async places(): Promise<SourcePlace[]> {
    const rows = await this.#connection.query<[string, string, string, number, string]>(
      `SELECT table_schema, table_name, source_table, version, place FROM ${this.#sources}
        WHERE stream = ? AND version IS NOT NULL`,
      [this.#stream],
    );
    return rows.map(([schema, name, source, version, place]) => ({
      target: { schema, name },
      source,
      version: Number(version),
      place,
    }));
  }

  async setPlace({ target, source, version, place }: SourcePlace): Promise<void> {
    await this.#connection.query(
      `INSERT INTO ${this.#sources} (table_schema, table_name, stream, source_table, version, place)
        VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE version = VALUES(version), place = VALUES(place)`,
      [target.schema, target.name, this.#stream, source, version, place],
    );
  }

  /** What was noted of the keys of other tables that go into the same one. */
  async factsOfOthers({ schema, name }: TargetName, source: string): Promise<string[]> {
    const rows = await this.#connection.query<[string]>(
      `SELECT facts FROM ${this.#sources} WHERE table_schema = ? AND table_name = ? AND facts IS NOT NULL
        AND NOT (stream = ? AND source_table = ?) ORDER BY stream, source_table`,
      [schema, name, this.#stream, source],
    );
    return rows.map(([facts]) => facts);
  }

  async setFacts({ schema, name }: TargetName, source: string, facts: string): Promise<void> {
    await this.#connection.query(
      `INSERT INTO ${this.#sources} (table_schema, table_name, stream, source_table, facts)
        VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE facts = VALUES(facts)`,
      [schema, name, this.#stream, source, facts],
    );
  }

  get #versions(): string {
    return `${quoted(this.#stateSchema)}.merged_version`;
  }

  get #sources(): string {
    return `${quoted(this.#stateSchema)}.merged_source`;
  }
}

export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

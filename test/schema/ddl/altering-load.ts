/** Tables that are altered all the time, whose values say which column they were written to. */
import mysql from 'mysql2/promise';
import type { Random } from '../../roundtrip/random.js';
import type { DatabaseServer } from '../../servers/database.js';
import { ghost, type OnlineChange, ptOnlineSchemaChange } from './online.js';

export const SCHEMA = 'altering';
const TYPE = 'varchar(40)';

export class AlteringLoad implements AsyncDisposable {
  /** Of the rows that were inserted. */
  readonly ids = new Set<number>();
  /** How often each kind of statement was sent. */
  readonly counts: Record<string, number> = {};
  readonly #random: Random;
  readonly #connection: mysql.Connection;
  /** Another session, which waits for a lock. */
  readonly #other: mysql.Connection;
  /** Columns beside `id`, in the order of their table. */
  readonly #tables = new Map<string, string[]>();
  #names = 0;

  private constructor(random: Random, connection: mysql.Connection, other: mysql.Connection) {
    this.#random = random;
    this.#connection = connection;
    this.#other = other;
  }

  static async create(server: DatabaseServer, random: Random): Promise<AlteringLoad> {
    const open = () => mysql.createConnection({ host: server.host, port: server.port, user: server.user });
    const load = new AlteringLoad(random, await open(), await open());
    await load.#run(`create database ${SCHEMA} character set latin1`, `use ${SCHEMA}`);
    await load.#other.query(`use ${SCHEMA}`);
    for (let i = 0; i < 3; i++) await load.#create();
    return load;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.end();
    await this.#other.end();
  }

  /** Some rows, and then one change of some table, seldom two. */
  async step(): Promise<void> {
    for (let i = this.#random.int(1, 3); i > 0; i--) await this.#insert(this.#random.pick([...this.#tables.keys()]));
    const kinds = {
      add: () => this.#add(),
      drop: () => this.#dropColumn(),
      move: () => this.#move(),
      rename: () => this.#renameColumns(),
      swap: () => this.#swapTables(),
      'rename-table': () => this.#renameTable(),
      recreate: () => this.#recreate(),
      like: () => this.#like(),
      'gh-ost': () => this.#ghost(),
      'pt-osc': () => this.#ptOnlineSchemaChange(),
    };
    const kind = this.#random.pick(Object.keys(kinds) as (keyof typeof kinds)[]);
    await kinds[kind]();
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
  }

  async #run(...statements: readonly string[]): Promise<void> {
    for (const sql of statements) await this.#connection.query(sql);
  }

  #newName(prefix: string): string {
    return `${prefix}${++this.#names}`;
  }

  #pick(): [table: string, columns: string[]] {
    return this.#random.pick([...this.#tables]);
  }

  async #create(name = this.#newName('t')): Promise<void> {
    const columns = Array.from({ length: this.#random.int(2, 5) }, () => this.#newName('c'));
    await this.#run(
      `create table ${name} (id int primary key, ${columns.map((each) => `${each} ${TYPE}`).join(', ')})`,
    );
    this.#tables.set(name, columns);
  }

  async #insert(table: string): Promise<void> {
    await this.#run(this.#insertInto(table));
  }

  #insertInto(table: string): string {
    const id = this.ids.size + 1;
    this.ids.add(id);
    const columns = this.#tables.get(table)!;
    const values = columns.map((column) => `'${column}#${this.#random.int(0, 9)}'`);
    return `insert into ${table} (${['id', ...columns].join(', ')}) values (${[id, ...values].join(', ')})`;
  }

  async #alter(table: string, ...actions: string[]): Promise<void> {
    await this.#run(`alter table ${table} ${actions.join(', ')}`);
  }

  async #add(): Promise<void> {
    const [table, columns] = this.#pick();
    const name = this.#newName('c');
    await this.#alter(table, `add column ${name} ${TYPE} first`);
    columns.unshift(name);
  }

  async #dropColumn(): Promise<void> {
    const [table, columns] = this.#pick();
    if (columns.length < 2) return;
    await this.#alter(table, `drop column ${columns.pop()}`);
  }

  async #move(): Promise<void> {
    const [table, columns] = this.#pick();
    const last = columns.pop()!;
    await this.#alter(table, `modify ${last} ${TYPE} first`);
    columns.unshift(last);
  }

  /** Nothing but names change, so that nothing but the history can tell. */
  async #renameColumns(): Promise<void> {
    const [table, columns] = this.#pick();
    // Values of the old names would be copied and updated under the new ones.
    await this.#run(`truncate table ${table}`);
    const [first, second] = columns;
    if (second === undefined) {
      columns[0] = this.#newName('c');
      await this.#alter(table, `change ${first} ${columns[0]} ${TYPE}`);
    } else {
      await this.#alter(table, `change ${first} ${second} ${TYPE}`, `change ${second} ${first} ${TYPE}`);
      [columns[0], columns[1]] = [second, first!];
    }
  }

  async #swapTables(): Promise<void> {
    const [a, b] = this.#random.shuffle([...this.#tables.keys()]);
    await this.#run(`rename table ${a} to aside, ${b} to ${a}, aside to ${b}`);
    const columns = this.#tables.get(a!)!;
    this.#tables.set(a!, this.#tables.get(b!)!).set(b!, columns);
  }

  async #renameTable(): Promise<void> {
    const [table, columns] = this.#pick();
    const name = this.#newName('t');
    await this.#alter(table, `rename to ${name}`);
    this.#tables.delete(table);
    this.#tables.set(name, columns);
  }

  async #recreate(): Promise<void> {
    const [table] = this.#pick();
    await this.#run(`drop table ${table}`);
    await this.#create(table);
  }

  async #like(): Promise<void> {
    const [table, columns] = this.#pick();
    const name = this.#newName('t');
    await this.#run(`create table ${name} like ${table}`);
    this.#tables.set(name, [...columns]);
    await this.#insert(name);
    await this.#run(`drop table ${name}`);
    this.#tables.delete(name);
  }

  async #online(): Promise<{ change: OnlineChange; write: string[]; columns: string[] }> {
    const [table, columns] = this.#pick();
    const [rows] = await this.#connection.query({ sql: `show create table ${table}`, rowsAsArray: true });
    const create = (rows as unknown as [string, string][])[0]![1];
    const name = this.#newName('c');
    const alter = `ADD COLUMN ${name} ${TYPE} FIRST, MODIFY ${columns.at(-1)} ${TYPE} AFTER id`;
    const moved = [name, columns.at(-1)!, ...columns.slice(0, -1)];
    const write = [this.#insertInto(table), this.#insertInto(table)];
    return {
      change: { schema: SCHEMA, table, alter, columns: ['id', ...columns], create },
      write,
      columns: moved,
    };
  }

  async #ghost(): Promise<void> {
    const { change, write, columns } = await this.#online();
    const [copy = [], drop = [], [swap = ''] = [], clean = []] = ghost(change, write);
    await this.#run(...copy);
    await this.#run(`lock /* gh-ost */ tables ${change.table} write, _${change.table}_del write`);
    const swapped = this.#other.query(swap);
    await this.#run(...drop, 'unlock tables');
    await swapped;
    await this.#run(...clean);
    this.#tables.set(change.table, columns);
  }

  async #ptOnlineSchemaChange(): Promise<void> {
    const { change, write, columns } = await this.#online();
    await this.#run(...ptOnlineSchemaChange(change, write));
    this.#tables.set(change.table, columns);
  }
}

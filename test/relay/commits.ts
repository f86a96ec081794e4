import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import type { DatabaseServer } from '../servers/database.js';

/** Clients that commit one row after the other, and note of which commits they were told that they are done. */
export class Commits {
  /** What was inserted by those, by client and number. */
  readonly done = new Map<string, string>();
  readonly #server: DatabaseServer;
  readonly #wanted: number;
  readonly #running: Promise<unknown>;

  private constructor(server: DatabaseServer, clients: number, wanted: number) {
    this.#server = server;
    this.#wanted = wanted;
    this.#running = Promise.all(Array.from({ length: clients }, (_, client) => this.#run(client)));
  }

  static async start(
    server: DatabaseServer,
    { clients, wanted }: { readonly clients: number; readonly wanted: number },
  ): Promise<Commits> {
    const connection = await connect(server);
    await connection.query('CREATE DATABASE shop');
    await connection.query('CREATE TABLE shop.t (client INT, n INT, v VARCHAR(200), PRIMARY KEY (client, n))');
    await connection.end();
    return new Commits(server, clients, wanted);
  }

  /** Resolves when so many are done, or all that are wanted. */
  async reached(count: number): Promise<void> {
    while (this.done.size < Math.min(count, this.#wanted)) await sleep(5);
  }

  async ended(): Promise<void> {
    await this.#running;
  }

  /** A connection breaks when its server does; whether the commit was done is then not known, and nobody claims it. */
  async #run(client: number): Promise<void> {
    let connection: mysql.Connection | null = null;
    for (let n = 0; this.done.size < this.#wanted; n++) {
      const value = `${client}-${n}`.repeat(1 + (n % 20));
      try {
        connection ??= await connect(this.#server);
        await connection.query(`INSERT INTO shop.t VALUES (${client}, ${n}, '${value}')`);
        this.done.set(`${client}-${n}`, value);
      } catch {
        connection?.destroy();
        connection = null;
        await sleep(20);
      }
    }
    await connection?.end();
  }
}

async function connect({ host, port, user }: DatabaseServer): Promise<mysql.Connection> {
  const connection = await mysql.createConnection({ host, port, user });
  // A server that is killed is told to whoever asks next.
  connection.on('error', () => undefined);
  return connection;
}

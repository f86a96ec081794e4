import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { type Command, program, run } from './command.js';
import { freePort } from './ports.js';
import { ServerProcess } from './process.js';
import { newFolder } from './runs.js';
import { Server } from './server.js';

/** Where a database server answers: all that a test needs which neither kills it nor reads its files. */
export interface DatabaseAddress {
  version: string;
  host: string;
  port: number;
  user: string;
  password: string;
  url: string;
}

/** A downloaded server, ready to be started any number of times. */
export interface Installation {
  label: string;
  version: string;
  command: Command;
  /** What this version needs beside the options that all of them share. */
  options: readonly string[];
  /** An initialised data folder, copied for each start. */
  template: string;
}

export interface StartOptions {
  /** mysqld flags such as `--binlog-row-metadata=FULL`; the last of two that contradict each other counts. */
  options?: readonly string[];
  port?: number;
}

export class DatabaseServer extends Server implements DatabaseAddress {
  readonly host = '127.0.0.1';
  readonly user = 'root';
  readonly password = '';
  private readonly options: string[];

  private constructor(
    private readonly installation: Installation,
    readonly port: number,
    folder: string,
    options: readonly string[],
  ) {
    super(folder);
    this.options = [...options];
  }

  static async start(installation: Installation, start: StartOptions): Promise<DatabaseServer> {
    const folder = newFolder(installation.label);
    const server = new DatabaseServer(installation, start.port ?? (await freePort()), folder, start.options ?? []);
    await copyFolder(installation.template, server.dataDir);
    await server.launch();
    return server;
  }

  get version(): string {
    return this.installation.version;
  }

  get url(): string {
    return `mysql://${this.user}@${this.host}:${this.port}`;
  }

  get address(): string {
    return this.url;
  }

  get socket(): string {
    return join(this.folder, 'sock');
  }

  get dataDir(): string {
    return join(this.folder, 'data');
  }

  get binlogDir(): string {
    return this.dataDir;
  }

  /** Holds ca.pem, server-cert.pem and so on where the server makes certificates for itself (MySQL does). */
  get certDir(): string {
    return this.dataDir;
  }

  /** Further options stay for later restarts. */
  override async restart(options: readonly string[] = []): Promise<void> {
    this.options.push(...options);
    await super.restart();
  }

  async launch(): Promise<void> {
    const { label, command, options } = this.installation;
    this.process = await ServerProcess.start({
      name: label,
      command,
      args: [...options, ...this.ownOptions(), ...this.options],
      cwd: this.folder,
      logFile: this.logFile,
      ready: () => this.answer(),
    });
  }

  private ownOptions(): string[] {
    return [
      `--datadir=${this.dataDir}`,
      `--port=${this.port}`,
      `--socket=${this.socket}`,
      `--pid-file=${join(this.folder, 'pid')}`,
      `--tmpdir=${this.folder}`,
      `--server-id=${this.port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      '--log-bin=binlog',
      '--binlog-format=ROW',
      '--secure-file-priv=',
      '--max-allowed-packet=1G',
      '--innodb-buffer-pool-size=64M',
      '--max-connections=200',
      '--table-open-cache=400',
      '--performance-schema=OFF',
    ];
  }

  private async answer(): Promise<void> {
    const connection = await mysql.createConnection({ host: this.host, port: this.port, user: this.user });
    await connection.end();
  }
}

/** The servers refuse to run as root unless told so. */
export const runAs = process.getuid?.() === 0 ? ['--user=root'] : [];

/** Root from loopback as well as through the socket, with names unresolved. */
export const grantRoot = [
  "CREATE USER 'root'@'127.0.0.1';",
  "GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;",
];

/** Shares blocks where the file system can, and leaves out the zeros of fresh redo logs. */
async function copyFolder(from: string, to: string): Promise<void> {
  await run(program('cp'), ['-a', '--reflink=auto', '--sparse=always', from, to]);
}

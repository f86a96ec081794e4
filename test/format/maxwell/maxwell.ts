/** The real Maxwell, as it can be had from Maven Central: the newest version there, made to run on Java 17 and later. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from '../../servers/cache.js';
import type { DatabaseAddress } from '../../servers/database.js';
import { java } from '../../servers/java.js';
import { mavenLibraries } from '../../servers/maven.js';
import { ServerProcess } from '../../servers/process.js';
import { newFolder } from '../../servers/runs.js';

export const MAXWELL_VERSION = '1.22.6';

export type MaxwellOptions = Readonly<Record<string, string | number | boolean>>;

/** Its own binlog connector cannot log in to MySQL 8 with a password plugin of today; the later one stands before it. */
export async function maxwellClassPath(): Promise<string> {
  const connector = 'mysql-binlog-connector-java-0.30.1';
  const libraries = await mavenLibraries(`maxwell-${MAXWELL_VERSION}`, [
    `com.zendesk:maxwell:${MAXWELL_VERSION}`,
    'com.zendesk:mysql-binlog-connector-java:0.30.1',
    'org.apache.kafka:kafka-clients:4.1.0',
  ]);
  const classes = await cached('maxwell-classes', async (folder) => {
    const place = join(folder, 'jdk/nashorn/api/scripting');
    await mkdir(place, { recursive: true });
    await writeFile(
      join(place, 'ScriptObjectMirror.class'),
      emptyClass('jdk/nashorn/api/scripting/ScriptObjectMirror'),
    );
  });
  return [classes, join(libraries, `${connector}.jar`), join(libraries, '*')].join(':');
}

/**
 * A class file of nothing: Java lost its JavaScript engine, whose one class Maxwell asks each value about.
 *
 *   magic u32, minor u16, major u16 (52: Java 8), constants (Utf8 1, Class 7), flags u16, this u16, super u16, then
 *   no interfaces, fields, methods, attributes: u16 0 each
 */
function emptyClass(name: string): Buffer {
  const u16 = (...values: number[]): Buffer => Buffer.from(values.flatMap((value) => [value >> 8, value & 0xff]));
  const utf8 = (text: string): Buffer => Buffer.concat([Buffer.from([1]), u16(text.length), Buffer.from(text)]);
  const classAt = (index: number): Buffer => Buffer.concat([Buffer.from([7]), u16(index)]);
  const constants = [utf8(name), classAt(1), utf8('java/lang/Object'), classAt(3)];
  const head = Buffer.concat([Buffer.from('cafebabe', 'hex'), u16(0, 52, constants.length + 1)]);
  return Buffer.concat([head, ...constants, u16(0x21, 2, 4, 0, 0, 0, 0)]);
}

export interface MaxwellServers {
  readonly source: DatabaseAddress;
  /** Where it keeps its own tables: in a character set whose name of today it does not know. */
  readonly store: DatabaseAddress;
}

/** A Maxwell that has connected, and so knows the tables as they are now. */
export async function startMaxwell(
  { source, store }: MaxwellServers,
  id: number,
  options: MaxwellOptions,
): Promise<ServerProcess> {
  const folder = newFolder('maxwell');
  const logFile = join(folder, 'log');
  const config = join(folder, 'config.properties');
  const settings: MaxwellOptions = {
    host: store.host,
    port: store.port,
    user: store.user,
    password: store.password,
    replication_host: source.host,
    replication_port: source.port,
    replication_user: source.user,
    replication_password: source.password,
    jdbc_options: 'useSSL=false&allowPublicKeyRetrieval=true',
    schema_database: `maxwell${id}`,
    client_id: `maxwell${id}`,
    replica_server_id: 7000 + id,
    ...options,
  };
  await writeFile(
    config,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const machine = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-Duser.timezone=UTC', '-Dfile.encoding=UTF-8'];
  return ServerProcess.start({
    name: 'maxwell',
    command: await java(),
    args: [...machine, '-cp', await maxwellClassPath(), 'com.zendesk.maxwell.Maxwell', `--config=${config}`],
    cwd: folder,
    logFile,
    async ready() {
      if (!/Binlog connected/i.test(await readFile(logFile, 'utf8'))) throw new Error('not connected yet');
    },
  });
}

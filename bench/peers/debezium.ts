import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mysql from 'mysql2/promise';
import { javaCompiler } from '../../test/servers/java.js';
import { mavenLibraries } from '../../test/servers/maven.js';
import { newFolder } from '../../test/servers/runs.js';
import type { Measured } from '../meter.js';
import { measureOutside, type OutsideOptions, propertyLines } from './outside.js';

const VERSION = '3.6.1.Final';
const MAIN = fileURLToPath(new URL('../../../peers/debezium/EngineToKafka.java', import.meta.url));

/** Debezium's embedded engine, tuned, and Kafka's own producer behind it, which is what Kafka Connect does, too. */
export async function runDebezium(options: OutsideOptions): Promise<Measured> {
  const { workload, topic } = options;
  const folder = newFolder('debezium');
  const [engine, producer] = [join(folder, 'engine.properties'), join(folder, 'producer.properties')];
  await writeFile(engine, propertyLines(engineProperties(options, folder)));
  await writeFile(producer, propertyLines(producerProperties(options)));
  const artifacts = ['embedded', 'connector-mysql'].map((name) => `io.debezium:debezium-${name}:${VERSION}`);
  const libraries = await mavenLibraries(`debezium-mysql-${VERSION}`, artifacts);
  const machine = ['-Xmx2g', '-XX:+UseParallelGC', '-Duser.timezone=UTC', '-cp', join(libraries, '*')];
  const offset = { file: workload.file, pos: 4, gtids: await gtidsBefore(options) };
  const args = [...machine, MAIN, engine, producer, topic, JSON.stringify(offset)];
  return measureOutside({ name: 'debezium-engine', command: await javaCompiler(), args }, options);
}

/** Of a server with GTIDs it wants to know the set of those before its place. */
async function gtidsBefore({ url, workload }: OutsideOptions): Promise<string> {
  const connection = await mysql.createConnection(url);
  const [events] = await connection.query<mysql.RowDataPacket[]>(`SHOW BINLOG EVENTS IN '${workload.file}' LIMIT 2`);
  await connection.end();
  return String(events.find(({ Event_type }) => Event_type === 'Previous_gtids')?.Info);
}

function engineProperties({ url }: OutsideOptions, folder: string): Record<string, string | number> {
  const { hostname, port, username } = new URL(url);
  return {
    name: 'bench',
    'connector.class': 'io.debezium.connector.mysql.MySqlConnector',
    'offset.storage': 'org.apache.kafka.connect.storage.FileOffsetBackingStore',
    'offset.storage.file.filename': join(folder, 'offsets'),
    'offset.flush.interval.ms': 10_000,
    'schema.history.internal': 'io.debezium.storage.file.history.FileSchemaHistory',
    'schema.history.internal.file.filename': join(folder, 'history'),
    // The tables as they are now hold from the offset on.
    'snapshot.mode': 'recovery',
    'snapshot.locking.mode': 'none',
    'topic.prefix': 'bench',
    'database.hostname': hostname,
    'database.port': port,
    'database.user': username,
    'database.password': '',
    'database.server.id': 100_000 + (process.pid % 100_000),
    'database.include.list': 'bench',
    'database.ssl.mode': 'disabled',
    'driver.allowPublicKeyRetrieval': 'true',
    'include.schema.changes': 'false',
    'converter.schemas.enable': 'false',
    'max.batch.size': 8192,
    'max.queue.size': 32_768,
    'poll.interval.ms': 10,
    'record.processing.threads': 2,
  };
}

/** Kafka's own client, as Debezium and Maxwell have it. */
export function producerProperties({ brokers, compression }: OutsideOptions): Record<string, string | number> {
  return {
    'bootstrap.servers': brokers.join(','),
    acks: 'all',
    'enable.idempotence': 'true',
    'batch.size': 900_000,
    'linger.ms': 20,
    'buffer.memory': 128 * 1024 * 1024,
    'compression.type': compression,
  };
}

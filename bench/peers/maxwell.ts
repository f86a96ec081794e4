import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { maxwellClassPath } from '../../test/format/maxwell/maxwell.js';
import { java } from '../../test/servers/java.js';
import { newFolder } from '../../test/servers/runs.js';
import type { Measured } from '../meter.js';
import { producerProperties } from './debezium.js';
import { measureOutside, type OutsideOptions, propertyLines } from './outside.js';

/** Maxwell with the newest client libraries that it runs with. Keys are spread by the primary key, as all others do. */
export async function runMaxwell(options: OutsideOptions): Promise<Measured> {
  const { url, workload, topic } = options;
  const { hostname: host, port, username: user } = new URL(url);
  const config = join(newFolder('maxwell'), 'config.properties');
  const kafka = Object.entries(producerProperties(options)).map(([name, value]) => [`kafka.${name}`, value] as const);
  await writeFile(
    config,
    propertyLines({
      host,
      port,
      user,
      password: '',
      client_id: `bench-${process.pid}`,
      replica_server_id: 100_000 + (process.pid % 100_000),
      filter: 'exclude: *.*, include: bench.*',
      producer: 'kafka',
      kafka_topic: topic,
      kafka_partition_hash: 'murmur3',
      producer_partition_by: 'primary_key',
      ...Object.fromEntries(kafka),
    }),
  );
  const machine = ['-Xmx1g', '-XX:+UseParallelGC', '-Duser.timezone=UTC', '-Dfile.encoding=UTF-8'];
  const main = ['-cp', await maxwellClassPath(), 'com.zendesk.maxwell.Maxwell'];
  // In its file this option is not looked at.
  const given = [`--config=${config}`, `--init_position=${workload.file}:4:0`];
  return measureOutside({ name: 'maxwell', command: await java(), args: [...machine, ...main, ...given] }, options);
}

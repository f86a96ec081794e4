/** A random workload, undone: each table's CHECKSUM is what it was. ROWTIDE_SEED=… repeats a run. */
import { expect, it } from 'vitest';
import { serverLog } from '../../../src/source/server.js';
import type { Version } from '../../roundtrip/kinds.js';
import { isMariadb } from '../../roundtrip/mariadb-kinds.js';
import { Random, scaled, seedOf } from '../../roundtrip/random.js';
import { headOf } from '../../roundtrip/stream.js';
import type { DatabaseAddress } from '../../servers/database.js';
import { needs, sharedMariadb, sharedMysql } from '../../servers/suite.js';
import { undone } from './undone.js';
import { addressOf, apply, FlashbackWorkload } from './workload.js';

function shared(version: Version): Promise<DatabaseAddress> {
  return version === '10.11' || version === '11.8' ? sharedMariadb(version) : sharedMysql(version);
}

needs('mysql', 'mysql57', 'mariadb').describe.each<Version>(['9.7', '5.7', '11.8'])(
  'flashback of a random workload on %s',
  (version) => {
    for (const form of ['sql', 'binlog'] as const) {
      it(`brings every table back by ${form === 'sql' ? 'statements' : 'row events'}`, async () => {
        const server = await shared(version);
        const random = new Random(seedOf(`flashback ${version} ${form}`));
        await using workload = await FlashbackWorkload.begin({
          server,
          version,
          random,
          schema: `flashback_${form}`,
          tableCount: scaled(form === 'sql' ? 6 : 3),
          rowsPerTable: 12,
        });
        const before = await workload.checksums();
        const from = await headOf(serverLog({ address: addressOf(server) }));
        await workload.run();
        const left = await workload.checksums();
        const { script, error } = await undone(server, from, { form });
        expect(error).toBeNull();
        expect(left).not.toEqual(before);
        await apply(server, script);
        expect(await workload.checksums()).toEqual(before);
        console.log(
          `${isMariadb(version) ? 'MariaDB' : 'MySQL'} ${version}: ${workload.tables.length} tables, ${script.length} bytes of ${form}`,
        );
      });
    }
  },
);

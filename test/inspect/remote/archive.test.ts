import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { rowtide } from '../../cli/rowtide.js';
import { Random, scaled, seedOf } from '../../roundtrip/random.js';
import { run } from '../../servers/command.js';
import type { DatabaseServer } from '../../servers/database.js';
import { mariadbTool, startMariadb } from '../../servers/mariadb.js';
import { mysqlTool, startMysql } from '../../servers/mysql.js';
import { needs } from '../../servers/suite.js';
import { logSettled } from '../../source/settled.js';
import { headersIn } from '../comparison/input.js';
import { differenceOf, killArchive } from './archive-kills.js';

const folders = mkdtempSync(join(tmpdir(), 'rowtide-archives-'));
afterAll(() => rmSync(folders, { recursive: true }));
const newFolder = (): string => mkdtempSync(join(folders, 'archive-'));

const SERVERS = [
  { name: 'MySQL 9.7', start: () => startMysql(), tool: () => mysqlTool('mysqlbinlog'), options: [] },
  {
    name: 'MariaDB 11.8',
    start: () => startMariadb(),
    tool: () => mariadbTool('mariadb-binlog'),
    options: ['--skip-ssl'],
  },
];

for (const { name, start, tool, options } of SERVERS) {
  needs('own').test(
    `an archive of ${name} goes on byte for byte through kills, cuts and restarts, as the real tool makes one`,
    async () => {
      await using server = await start();
      const random = new Random(seedOf('faults of archives'));
      const result = await killArchive({ server, folder: newFolder(), random, faults: scaled(4), restarts: true });
      expect(result.different).toEqual([]);
      expect(result.files).toBeGreaterThan(1);

      if (name.startsWith('MariaDB')) await logSettled(server.url);
      const second = headersIn(readFileSync(join(server.binlogDir, 'binlog.000001')))[1]!.start;
      for (const args of [
        ['--to-last-log', 'binlog.000001'],
        [`--start-position=${second}`, 'binlog.000001', 'binlog.000002'],
      ]) {
        await expectSameArchives(server, { tool: await tool(), options, args });
      }
    },
  );
}

interface Both {
  readonly tool: Parameters<typeof run>[0];
  /** Of the real tool only. */
  readonly options: readonly string[];
  readonly args: readonly string[];
}

async function expectSameArchives(server: DatabaseServer, { tool, options, args }: Both): Promise<void> {
  const [ours, theirs] = [newFolder(), newFolder()];
  const common = ['-R', '--host=127.0.0.1', `--port=${server.port}`, '--user=root', '--raw', ...args];
  await run(tool, ['--no-defaults', ...options, ...common, `--result-file=${theirs}/db-`]);
  const said = await rowtide(['inspect', '--no-defaults', ...common, `--result-file=${ours}/db-`]);
  expect(said).toEqual({ status: 0, stdout: '', stderr: '' });
  const names = readdirSync(theirs);
  expect(readdirSync(ours)).toEqual(names);
  for (const file of names) expect(await differenceOf(join(theirs, file), join(ours, file)), file).toBeNull();
}

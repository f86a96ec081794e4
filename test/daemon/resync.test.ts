import { expect } from 'vitest';
import type { Position } from '../../src/core/position.js';
import { parseGtids } from '../../src/daemon/applied.js';
import { explainStart } from '../../src/daemon/resync.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { run } from '../servers/command.js';
import { mariadbTool } from '../servers/mariadb.js';
import { needs, sharedMariadb } from '../servers/suite.js';

needs('mariadb').test(
  'a replica of MariaDB that cannot go on is told how to copy it, by what MariaDB takes',
  async () => {
    const { url } = await sharedMariadb();
    const position: Position = {
      source: { flavour: 'mariadb', id: 'server-id:9' },
      log: parseGtids('99-9-5'),
      held: [],
    };
    const facts = {
      pipeline: 'copy',
      source: { kind: 'server', address: parseServerUrl(url), from: { kind: 'now' }, schema: 'auto' },
      sink: 'replica',
      relays: () => {
        throw new Error('it reads none');
      },
      checkpoint: '',
    } as const;
    const { verdict, commands = [] } = (await explainStart(position, facts, new AbortController().signal)) ?? {};
    expect(verdict).toBe('full');
    const [, args = ''] = /^mariadb-dump (.*) > copy.sql$/.exec(commands[0] ?? '') ?? [];
    // Nobody is there to be asked for a password.
    const given = args.split(' ').filter((each) => each !== '-p');
    const dumped = await run(await mariadbTool('mariadb-dump'), given);
    expect(dumped).toContain('gtid_slave_pos');
    expect(commands[2]).toContain("DELETE FROM rowtide.checkpoint WHERE stream = 'copy'");
  },
);

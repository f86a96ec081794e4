import { GtidSet, type Position, type ServerAddress, Session, type StoredPositionOptions } from 'rowtide';
import { CheckpointTable } from './checkpoint-table.js';

interface Replica {
  readonly target: ServerAddress;
  readonly mode: 'binlog' | 'sql';
  readonly stateSchema: string;
}

/** What a target remembers of a stream: its gtid_executed where MySQL gets the very events, else the row of the stream. */
export async function storedPosition(
  { target, mode, stateSchema }: Replica,
  { pipeline, signal }: StoredPositionOptions,
): Promise<Position | undefined> {
  const session = await Session.open(target, signal);
  try {
    const [[version] = ['']] = await session.query<[string]>('SELECT VERSION()');
    if (mode === 'sql' || /mariadb/i.test(version))
      return await new CheckpointTable(stateSchema, pipeline).read(session);
    const [[uuid, executed] = ['', '']] = await session.query<[string, string]>(
      'SELECT @@GLOBAL.server_uuid, @@GLOBAL.gtid_executed',
    );
    const log = { kind: 'gtid', executed: GtidSet.parse(executed), keptBy: uuid } as const;
    return { source: { flavour: 'mysql', id: uuid }, log, held: [] };
  } finally {
    await session.close();
  }
}

import { parseServerUrl } from '../../src/mysql/url.js';
import { copyOf } from '../../src/schema/attach.js';
import { NOTHING_ATTACHED, SchemaHistory } from '../../src/schema/history/history.js';
import { memoryHistoryStore } from '../../src/schema/history/store.js';
import type { SchemaMode } from '../../src/schema/schemas.js';
import { serverLog } from '../../src/source/server.js';
import type { DatabaseAddress } from '../servers/database.js';

/** What INFORMATION_SCHEMA says at this moment, for events from here on; before it, only what the log says. */
export async function attachedNow({ url }: Pick<DatabaseAddress, 'url'>): Promise<SchemaMode> {
  const { signal } = new AbortController();
  const log = serverLog({ address: parseServerUrl(url), stopAtEnd: true });
  const copy = await copyOf({ address: parseServerUrl(url), log, signal });
  const attachment = { state: { ...NOTHING_ATTACHED.state, server: copy.state.server }, later: copy };
  const history = await SchemaHistory.begin(attachment, { source: await log.identity(signal) }, memoryHistoryStore());
  return { kind: 'auto', history };
}

/** As a stream of files alone begins. */
export async function nothingAttached(): Promise<SchemaMode> {
  const source = { flavour: 'mysql', id: 'server-id:1' } as const;
  return { kind: 'auto', history: await SchemaHistory.begin(NOTHING_ATTACHED, { source }, memoryHistoryStore()) };
}

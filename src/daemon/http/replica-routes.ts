import { parseDuration } from '../../config/duration.js';
import { RowtideError } from '../../core/errors.js';
import { parseGtids } from '../applied.js';
import { behind, findReplica, type ReplicaStream, readinessOf, replicasOf, waitFor } from '../replicas.js';
import { type Answer, json } from './server.js';

const WAIT_MS = 10_000;
const WAIT_MS_MAX = 3_600_000;
/** Those of Redis's min-replicas-to-write. */
const GATE = { min: 1, maxLagMs: 10_000 };

/** `/replica/ready?max-lag=2s&gtid=…&replica=NAME`: whether somebody may read there. */
export function ready(url: URL, streams: readonly ReplicaStream[]): Answer {
  const query = queryOf(url, ['max-lag', 'gtid', 'replica']);
  const gtid = query.get('gtid');
  const maxLag = query.get('max-lag');
  const readiness = readinessOf(findReplica(streams, query.get('replica') ?? null), {
    maxLagMs: maxLag === undefined ? null : parseDuration(maxLag),
    gtids: gtid === undefined ? null : parseGtids(gtid),
  });
  return json(readiness.ok ? 200 : 503, readiness);
}

/** `/replica/wait?gtid=…&timeout=10s&replica=NAME`: answers when it is there, or when the time is over. */
export async function wait(url: URL, streams: readonly ReplicaStream[], signal: AbortSignal): Promise<Answer> {
  const query = queryOf(url, ['gtid', 'timeout', 'replica']);
  const gtid = query.get('gtid');
  if (gtid === undefined) throw new RowtideError('USAGE', 'which gtid?', { hint: 'Like /replica/wait?gtid=uuid:23.' });
  const timeout = query.get('timeout');
  const timeoutMs = Math.min(timeout === undefined ? WAIT_MS : parseDuration(timeout), WAIT_MS_MAX);
  const replica = findReplica(streams, query.get('replica') ?? null);
  const gtids = parseGtids(gtid);
  const ok = await waitFor(replica, gtids, { timeoutMs, signal });
  const reason = ok ? null : behind(replica, gtids, timeoutMs).message;
  return json(ok ? 200 : 503, { ok, replica: replica.name, gtid, reason });
}

/** `/gate?min=2&max-lag=10s`: whether enough replicas are close enough behind to go on writing to the source. */
export function gate(url: URL, streams: readonly ReplicaStream[]): Answer {
  const query = queryOf(url, ['min', 'max-lag']);
  const min = wholeNumber(query.get('min') ?? String(GATE.min));
  const maxLag = query.get('max-lag');
  const maxLagMs = maxLag === undefined ? GATE.maxLagMs : parseDuration(maxLag);
  const replicas = replicasOf(streams).map((replica) => readinessOf(replica, { maxLagMs, gtids: null }));
  const good = replicas.filter(({ ok }) => ok).length;
  return json(good >= min ? 200 : 503, { ok: good >= min, good, min, maxLagMs, replicas });
}

/** Each parameter once, and none that is not known: a misspelt one would be no condition at all. */
export function queryOf({ pathname, searchParams }: URL, known: readonly string[]): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const [name, value] of searchParams) {
    if (!known.includes(name) || query.has(name)) {
      throw new RowtideError('USAGE', `${pathname} takes no ${query.has(name) ? 'second ' : ''}${name}`, {
        hint: `It takes ${known.join(', ')}.`,
      });
    }
    query.set(name, value);
  }
  return query;
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new RowtideError('USAGE', `not a whole number: ${JSON.stringify(text)}`);
}

import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Listen } from '../../config/listen.js';
import type { Log } from '../../core/log.js';
import { isLoopback } from '../../mysql/url.js';
import type { Gtids } from '../applied.js';
import { listening, warnOfOthers } from '../listening.js';
import { countOf, NewsWriter, rangesSince, startMessage } from './messages.js';

export interface FeedOptions {
  readonly listen: Listen;
  /** For ProxySQL 3.0.8 and later: several GTIDs in one line. */
  readonly hasRanges: boolean;
  /** What is committed and visible; null where nobody knows yet. */
  readonly applied: () => Gtids | null;
  /** Calls `look` when that has changed; returns what ends it. */
  readonly watch: (look: () => void) => () => void;
  readonly log: Log;
}

export interface Feed {
  readonly port: number;
  close(): Promise<void>;
}

/** What is told one by one; who has to hear more had better come back and hear all. */
const LINES_MAX = 100_000n;
/** A reader that is so far behind does not read. */
const UNSENT_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Tells every reader that connects which GTIDs are applied, and then each that is more. A reader to whom something was
 * told that is not there any more, or who does not keep up, is sent away: it comes back and begins anew.
 */
export async function feedProxysql(options: FeedOptions): Promise<Feed> {
  const { listen, log } = options;
  const readers = new Set<Socket>();
  const server = createServer((socket) => {
    readers.add(socket);
    socket.on('close', () => readers.delete(socket));
    tell(socket, options);
  });
  await listening(server, listen, { key: 'proxysql.listen', log });
  const { port } = server.address() as AddressInfo;
  log.info({ host: listen.host, port }, 'feeding GTIDs to ProxySQL');
  if (!isLoopback(listen.host)) warnOfOthers(log, listen, 'proxysql.listen');
  return {
    port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of readers) socket.destroy();
      await closed;
    },
  };
}

function tell(socket: Socket, { applied, watch, hasRanges }: FeedOptions): void {
  const writer = new NewsWriter({ hasRanges });
  let told = applied();
  const look = (): void => {
    const now = applied();
    if (now === null || told === null) return;
    const news = rangesSince(told, now);
    const isTooMuch = news === null || (!hasRanges && countOf(news) > LINES_MAX);
    if (isTooMuch || socket.writableLength > UNSENT_BYTES_MAX) socket.destroy();
    else if (news.length > 0) socket.write([...writer.lines(news)].join(''));
    told = now;
  };
  const unwatch = watch(look);
  socket.on('close', unwatch);
  socket.on('error', () => socket.destroy());
  // Readers say nothing; what they say all the same is not kept.
  socket.resume();
  socket.setNoDelay(true);
  if (told === null) socket.destroy();
  else socket.write(startMessage(told));
}

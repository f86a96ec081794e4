import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import replica from '../../../connectors/replica/index.js';
import { loadConfig } from '../../../src/config/load.js';
import type { Log } from '../../../src/core/log.js';
import { runDaemon } from '../../../src/daemon/daemon.js';
import type { SinkDefinition } from '../../../src/pipeline/define-sink.js';
import { silent } from '../../connectors/replica/replicating.js';

export interface RunningDaemon extends AsyncDisposable {
  readonly stateDir: string;
  /** Where it answers HTTP; empty if it does not. */
  readonly url: string;
  /** Where it feeds ProxySQL. */
  readonly feedPort: number;
  /** What it warned of. */
  readonly warnings: readonly string[];
  /** The facts of what it called an error. */
  readonly errors: readonly object[];
  /** Rejects when it ends by an error. */
  readonly failed: Promise<never>;
}

const ANSWERING = 'answering HTTP';
const FEEDING = 'feeding GTIDs to ProxySQL';

/** A daemon of that configuration, in this process; its sinks are replicas. */
export async function startDaemon(config: object): Promise<RunningDaemon> {
  const folder = mkdtempSync(join(tmpdir(), 'rowtide-daemon-'));
  const file = join(folder, 'rowtide.yaml');
  const ports = new Map<string, number>();
  const warnings: string[] = [];
  const errors: object[] = [];
  const stop = new AbortController();
  const log: Log = {
    ...silent,
    info: (facts, message) => 'port' in facts && ports.set(message, Number(facts.port)),
    warn: (_, message) => warnings.push(message),
    error: (facts) => errors.push(facts),
  };
  const loaded = await loadConfig({
    file,
    env: {},
    readFile: () => stringify({ state: './state', ...config }),
    connector: async () => replica as unknown as SinkDefinition,
  });
  const options = { config: loaded, log, signal: stop.signal, shutdownTimeoutMs: 8000, version: '0.0.0' };
  let failure: unknown = null;
  const running = runDaemon(options).catch((error: unknown) => {
    failure = error;
  });
  const isUp = (): boolean =>
    (loaded.http === null || ports.has(ANSWERING)) && (loaded.feeds.length === 0 || ports.has(FEEDING));
  const failed = running.then(() =>
    failure === null ? new Promise<never>(() => {}) : Promise.reject(failure as Error),
  );
  failed.catch(() => undefined);
  while (!isUp() && failure === null) await new Promise((resolve) => setTimeout(resolve, 5));
  if (failure !== null) throw failure;
  return {
    stateDir: loaded.stateDir,
    url: `http://127.0.0.1:${ports.get(ANSWERING)}`,
    feedPort: ports.get(FEEDING) ?? 0,
    warnings,
    errors,
    failed,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
      rmSync(folder, { recursive: true });
    },
  };
}

/** Asks again until the answer is as wanted. */
export async function eventually<T>(look: () => Promise<T>, wanted: (found: T) => boolean): Promise<T> {
  for (;;) {
    const found = await look();
    if (wanted(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

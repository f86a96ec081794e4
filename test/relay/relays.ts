/** Relays under test: received for a while, and what came of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';
import type { Log } from '../../src/core/log.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { Relay } from '../../src/relay/relay.js';
import type { RelayServer } from '../../src/relay/server.js';
import { logEnd } from '../source/reading.js';

export const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

const folders = mkdtempSync(join(tmpdir(), 'rowtide-relays-'));
afterAll(() => rmSync(folders, { recursive: true }));
export const newFolder = (): string => mkdtempSync(join(folders, 'relay-'));

/** A relay that receives. */
export class Receiving implements AsyncDisposable {
  readonly relay: Relay;
  /** What `receive` ended with. */
  readonly ended: Promise<unknown>;
  readonly #stop = new AbortController();

  private constructor(relay: Relay, server: RelayServer) {
    this.relay = relay;
    this.ended = relay.receive(server, { signal: this.#stop.signal }).then(
      () => null,
      (error: unknown) => error,
    );
    void this.ended.then((error) => relay.end.fail(error instanceof Error ? error : null));
  }

  static async start(url: string, folder: string, options: Partial<RelayServer> = {}): Promise<Receiving> {
    const relay = new Relay({ folder, log: silent });
    await relay.open();
    return new Receiving(relay, { address: parseServerUrl(url), from: 'now', semiSync: false, ...options });
  }

  /** Until all is here that the server has logged now. */
  async caughtUp(url: string): Promise<void> {
    const { file, offset } = await logEnd(url);
    for (;;) {
      const { point } = this.relay.end;
      if (point !== null && (point.file > file || (point.file === file && point.offset >= offset))) return;
      await Promise.race([this.relay.end.movedFrom(point, AbortSignal.timeout(20_000)), sleep(1000)]);
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.ended;
    await this.relay.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

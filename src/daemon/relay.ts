import type { RelayConfig } from '../config/load.js';
import type { Log } from '../core/log.js';
import type { LogSource } from '../core/source.js';
import { placeOf, type ServerAddress } from '../mysql/url.js';
import { PipelineControl } from '../pipeline/control.js';
import { supervise } from '../pipeline/supervise.js';
import { Relay } from '../relay/relay.js';
import type { RelayBegin, RelayServer } from '../relay/server.js';
import type { RelayLog } from './compose.js';

/** One relay of a daemon: it receives, whether or not anybody reads it. */
export class DaemonRelay implements RelayLog {
  readonly name: string;
  readonly address: ServerAddress;
  readonly relay: Relay;
  readonly #server: RelayServer;
  readonly #log: Log;
  readonly #control = new PipelineControl();

  constructor({ config, log }: { readonly config: RelayConfig; readonly log: Log }) {
    const { name, folder, source } = config;
    this.name = name;
    this.address = source.address;
    this.relay = new Relay({ folder, log });
    this.#server = { ...source, from: beginOf(source.from) };
    this.#log = log;
  }

  /** For any number of readers, each at its own pace. */
  get log(): LogSource {
    return this.relay.reader();
  }

  /**
   * Receives until `signal` aborts. What trying again does not help is logged, and thrown at its readers once they have
   * read what is there.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { relay } = this;
    try {
      await relay.open();
      relay.end.fail(null);
      await supervise({
        name: this.name,
        log: this.#log,
        control: this.#control,
        signal,
        retry: RETRY,
        attempt: async (until) => {
          this.#control.stats.state = 'streaming';
          await relay.receive(this.#server, until);
          return 'stopped';
        },
      });
    } catch (error) {
      this.#log.error({ relay: this.name, source: placeOf(this.address), err: error }, 'the relay has failed');
      relay.end.fail(error instanceof Error ? error : new Error(String(error)));
    } finally {
      await relay.close();
    }
  }
}

/** A semi-sync source waits, or gives up waiting, while nobody acknowledges. */
const RETRY = { delayMsFirst: 100, delayMsMax: 2000 };

function beginOf(from: RelayConfig['source']['from']): RelayBegin {
  return from.kind === 'file' ? { file: from.file } : from.kind === 'beginning' ? 'beginning' : 'now';
}

import { dirname, resolve } from 'node:path';
import { type Config, loadConfig } from '../config/load.js';
import { surroundingsOfProcess } from '../config/substitute.js';
import { loadConnector } from '../daemon/connectors.js';
import { runDaemon } from '../daemon/daemon.js';
import { redactor } from '../daemon/redact.js';
import { runUntilSignalled } from '../daemon/signals.js';
import type { SinkDefinition } from '../pipeline/define-sink.js';
import { type CommonOptions, loggerFor } from './options.js';
import { version } from './version.js';

export interface RunOptions extends CommonOptions {
  readonly config: string;
  readonly check?: true;
  /** Milliseconds. */
  readonly shutdownTimeout: number;
}

export async function run(options: RunOptions): Promise<void> {
  const config = await readConfig(options.config);
  if (options.check) {
    process.stdout.write(checkedText(options.config, config));
    return;
  }
  const log = await loggerFor(options, { level: 'info', redact: redactor(config.secrets) });
  const timeoutMs = options.shutdownTimeout;

  await runUntilSignalled({ timeoutMs, log }, (signal) =>
    runDaemon({ config, log, signal, shutdownTimeoutMs: timeoutMs, version: version() }),
  );
}

export function readConfig(file: string): Promise<Config<SinkDefinition>> {
  const folder = resolve(dirname(file));
  return loadConfig({ ...surroundingsOfProcess(), file, connector: (name) => loadConnector(name, folder) });
}

function checkedText(file: string, config: Config<SinkDefinition>): string {
  const relays = config.relays.map(
    ({ name, folder, semiSync }) => `  ${name}: a relay in ${folder}${semiSync ? ', semi-synchronous' : ''}`,
  );
  const lines = config.pipelines.map(
    ({ name, sink: { name: kind, connector, options } }) =>
      `  ${name}: into ${kind}, ${DELIVERY[connector.deliveryOf?.(options) ?? connector.delivery]}`,
  );
  return `${file} is right: ${config.pipelines.length} pipeline${config.pipelines.length === 1 ? '' : 's'}\n${[...relays, ...lines].join('\n')}\n`;
}

const DELIVERY: Readonly<Record<SinkDefinition['delivery'], string>> = {
  'exactly-once': 'each change exactly once',
  'at-least-once': 'each change at least once',
};

import { readCheckpointFile } from '../checkpoint/file.js';
import type { Config, PipelineConfig } from '../config/load.js';
import { RowtideError } from '../core/errors.js';
import type { Log } from '../core/log.js';
import type { Position } from '../core/position.js';
import { redactor } from '../daemon/redact.js';
import { explainStart, type ResyncStatus, type StartFacts } from '../daemon/resync.js';
import { checkpointPath } from '../daemon/state-folder.js';
import type { SinkDefinition } from '../pipeline/define-sink.js';
import { firstFileFor } from '../relay/reader.js';
import { openStored } from '../relay/stored.js';
import { type ControlOptions, stateDirOf } from './control.js';
import { loggerFor } from './options.js';
import { readConfig } from './run.js';

/** What a start of a pipeline means. */
export interface ExplainedStart {
  readonly name: string;
  readonly resync: ResyncStatus | null;
  /** Why that is not known. */
  readonly unknown?: string;
}

/** What starts would mean now, while no rowtide runs: from the configuration, what stores remember, and the servers. */
export async function explainStored(options: ControlOptions): Promise<readonly ExplainedStart[]> {
  if (options.config === undefined) {
    throw new RowtideError('IO', `no rowtide runs with the state folder ${stateDirOf(options)}`, {
      hint: 'Give its configuration with --config: then the stores and the servers are asked.',
    });
  }
  const config = await readConfig(options.config);
  const log = await loggerFor(options, { level: 'warn', redact: redactor(config.secrets) });
  const wanted = config.pipelines.filter(({ name }) => name === (options.pipeline ?? name));
  return Promise.all(wanted.map((each) => explained(each, config, log)));
}

async function explained(
  pipeline: PipelineConfig<SinkDefinition>,
  config: Config<SinkDefinition>,
  log: Log,
): Promise<ExplainedStart> {
  const { name, source, sink } = pipeline;
  const { signal } = new AbortController();
  const facts: StartFacts = {
    pipeline: name,
    source,
    sink: sink.name,
    relays: relaysOf(config),
    checkpoint: checkpointPath(config.stateDir, name),
  };
  try {
    return { name, resync: await explainStart(await positionOf(pipeline, facts, log), facts, signal) };
  } catch (error) {
    if (error instanceof RowtideError) return { name, resync: null, unknown: error.message };
    throw error;
  }
}

async function positionOf(
  { name, sink }: PipelineConfig<SinkDefinition>,
  { checkpoint }: StartFacts,
  log: Log,
): Promise<Position | undefined> {
  const { connector, options } = sink;
  if ('state' in connector.create(options, { pipeline: name, log })) {
    return (await readCheckpointFile(checkpoint))?.position;
  }
  if (connector.storedPosition !== undefined) {
    return connector.storedPosition(options, { pipeline: name, signal: new AbortController().signal });
  }
  throw new RowtideError('IO', `its sink, ${sink.name}, says where it is to who runs the pipeline, and to nobody else`);
}

function relaysOf({ relays }: Config<SinkDefinition>): StartFacts['relays'] {
  return (name) => {
    const { folder, source } = relays.find((each) => each.name === name)!;
    return {
      address: source.address,
      has: async (position, signal) => {
        await firstFileFor(await openStored(folder), position, signal);
      },
    };
  };
}

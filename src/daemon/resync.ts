import type { SourceConfig } from '../config/schema.js';
import type { Log } from '../core/log.js';
import type { Position } from '../core/position.js';
import type { ResumableSink } from '../core/sink.js';
import type { ServerAddress } from '../mysql/url.js';
import { explainResync, isJudgement, type Resync } from '../source/resync.js';
import type { RelayLog } from './compose.js';
import { isReplica } from './replicas.js';

/** A verdict as `rowtide resync --explain` and `rowtide status --json` show it. */
export interface ResyncStatus extends Resync {
  /** What a person runs to copy the data again; empty where that is not needed. */
  readonly commands: readonly string[];
}

/** A pipeline, as far as it matters for what a start of it means. */
export interface StartFacts {
  readonly pipeline: string;
  readonly source: SourceConfig;
  readonly sink: string;
  readonly relays: (name: string) => Pick<RelayLog, 'address' | 'has'>;
  /** Where the position is kept, if the sink does not keep it itself. */
  readonly checkpoint: string;
}

export interface StartExplainerOptions extends StartFacts {
  readonly log: Log;
}

const BEGIN: ResyncStatus = {
  verdict: 'begin',
  reason: 'nothing was ever written: it begins where it was told to',
  retention: null,
  hint: null,
  commands: [],
};

/** What a start at `position` means; null where there is no server to ask. Throws where it cannot be asked. */
export async function explainStart(
  position: Position | undefined,
  facts: StartFacts,
  signal: AbortSignal,
): Promise<ResyncStatus | null> {
  const { source, relays } = facts;
  if (position === undefined) return BEGIN;
  if (source.kind === 'files') return null;
  const relay = source.kind === 'relay' ? relays(source.relay) : null;
  const address = source.kind === 'server' ? source.address : relay!.address;
  const relayHas = relay === null ? null : (at: Position, until: AbortSignal) => relay.has(at, until);
  const resync = await explainResync(position, { address, relayHas, signal });
  return { ...resync, commands: resync.verdict === 'full' ? commandsOf(position, address, facts) : [] };
}

/** Says of the first start of a pipeline's life what it means, beside the stream: it waits for nothing. */
export class StartExplainer {
  readonly #options: StartExplainerOptions;
  #asked: Promise<void> | null = null;
  /** Null: not known, or there is no server to ask. */
  status: ResyncStatus | null = null;

  constructor(options: StartExplainerOptions) {
    this.#options = options;
  }

  /** The pipeline lives again: it was resumed after a failure, say. */
  reset(): void {
    this.#asked = null;
    this.status = null;
  }

  /** A sink that is looked at when it says where it is. */
  watching(sink: ResumableSink): ResumableSink {
    return {
      open: async (signal) => {
        const position = await sink.open(signal);
        this.#asked ??= this.#ask(position, signal);
        return position;
      },
      write: (batch, signal) => sink.write(batch, signal),
      close: () => sink.close(),
    };
  }

  /** After an error: resolves when it is said, so that it is said before the process ends. */
  async said(error: unknown): Promise<void> {
    if (isJudgement(error)) await this.#asked;
  }

  async #ask(position: Position | undefined, signal: AbortSignal): Promise<void> {
    const { pipeline, log } = this.#options;
    try {
      this.status = await explainStart(position, this.#options, signal);
      if (this.status !== null) say(this.status, pipeline, log);
    } catch (error) {
      log.debug({ pipeline, error }, 'the source could not be asked what a start means');
    }
  }
}

function commandsOf({ log }: Position, address: ServerAddress, { sink, checkpoint, pipeline }: StartFacts): string[] {
  const client = clientOf(address);
  if (isReplica({ sink }) && log.kind === 'mariadb-gtid') {
    return [
      `mariadb-dump ${client} --single-transaction --master-data=2 --gtid --all-databases --triggers --routines --events > copy.sql`,
      'mariadb TARGET < copy.sql',
      `mariadb TARGET -e "DELETE FROM rowtide.checkpoint WHERE stream = '${pipeline}'"`,
      `rowtide resume --pipeline ${pipeline}  # with the GTIDs in copy.sql as \`from\``,
    ];
  }
  if (isReplica({ sink })) {
    return [
      `mysqldump ${client} --single-transaction --set-gtid-purged=ON --all-databases --triggers --routines --events | mysql TARGET`,
      `rowtide resume --pipeline ${pipeline}`,
    ];
  }
  const variable = log.kind === 'mariadb-gtid' ? 'gtid_binlog_pos' : 'gtid_executed';
  const place =
    log.kind === 'file' ? '--position FILE:OFFSET' : `--gtid "$(mysql ${client} -NBe 'SELECT @@GLOBAL.${variable}')"`;
  return [`rowtide checkpoint set ${checkpoint} ${place}`, `rowtide resume --pipeline ${pipeline}`];
}

function clientOf({ host, port, socket, user }: ServerAddress): string {
  return `${socket === null ? `-h ${host} -P ${port}` : `-S ${socket}`} -u ${user} -p`;
}

function say({ verdict, reason, retention, hint, commands }: ResyncStatus, pipeline: string, log: Log): void {
  const facts = { pipeline, verdict, reason, retention };
  switch (verdict) {
    case 'begin':
    case 'partial':
      log.info(facts, `resync: ${SENTENCES[verdict]}`);
      break;
    case 'relay':
      log.warn(facts, `resync: ${SENTENCES[verdict]}`);
      break;
    case 'full':
      log.error({ ...facts, hint, commands }, `resync: ${SENTENCES[verdict]}`);
      break;
  }
}

export const SENTENCES: Readonly<Record<Resync['verdict'], string>> = {
  begin: 'it begins',
  partial: 'it goes on from its position (partial)',
  relay: 'it goes on from the relay, though the source has purged what comes next',
  full: 'it cannot go on, and needs a new copy (full)',
};

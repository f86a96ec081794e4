import type { ZodType } from 'zod';
import type { Log } from '../core/log.js';
import type { Position } from '../core/position.js';
import type { ForgetfulSink, ResumableSink } from '../core/sink.js';
import type { SinkStats } from '../core/sink-stats.js';
import type { ServerAddress } from '../mysql/url.js';
import type { GuardRules } from './guard-rules.js';

/** Where the changes come from that a sink will get. */
export interface SinkSource {
  /** Null: log files. */
  readonly address: ServerAddress | null;
  /** Whether the pipeline lets rows of a table of that name through. */
  readonly wants: (schema: string, table: string) => boolean;
}

/** What a pipeline tells the sink that it makes. */
export interface SinkContext {
  /** Name of the pipeline: unique among those that share a state folder. */
  readonly pipeline: string;
  readonly log: Log;
  /** For a sink that looks at the source before it takes anything from it; absent where nobody reads any. */
  readonly source?: SinkSource;
  /** Where the sink counts what it does, beside what its errors say; absent where nobody will ask. */
  readonly stats?: SinkStats;
}

/** What a sink wants of its source, where that is not what every sink gets. */
export interface SourceNeeds {
  /** False: nobody reads names of columns, so that a source without a history of them will do. */
  readonly columnNames?: boolean;
  /** True: transactions in two phases come step by step, as they are logged, instead of once they are committed. */
  readonly xaSteps?: boolean;
  /**
   * True: nothing of a batch is looked at once its write has settled, not after an error either. Then the memory of its
   * events is used again, and no value that was made of them may be kept.
   */
  readonly reusesMemory?: boolean;
  /** Of the events of a batch: more where each batch costs something, less where memory does. Default 3 MiB. */
  readonly batchBytesMax?: number;
  /** Transactions come late, and not at all past a guard, from a log that keeps them meanwhile. */
  readonly delay?: DelayNeeds;
}

/** What a sink needs that is late on purpose. */
export interface DelayNeeds {
  readonly delayMs: number;
  readonly guard: GuardRules;
  /** Where the rows of a table can be counted. */
  readonly target: ServerAddress;
}

export interface StoredPositionOptions {
  /** Whose position. */
  readonly pipeline: string;
  readonly signal: AbortSignal;
}

export type Delivery = 'exactly-once' | 'at-least-once';

/**
 * A connector: how a named sink is configured and made. `create` is called once per attempt and does no I/O yet;
 * what cannot be known from the options alone is refused by the sink's `open`.
 */
export interface SinkDefinition<Options = unknown> {
  /** The key under `sink:` in a configuration. */
  readonly name: string;
  /** What a crash leaves behind, in words for a person: each change exactly once, or at least once. */
  readonly delivery: Delivery;
  /** Where that is a choice: what these options choose. */
  deliveryOf?(options: Options): Delivery;
  /** What these options want of the source. */
  reads?(options: Options): SourceNeeds;
  /** Checks the options of a configuration, and documents them by `.describe()`. */
  readonly options: ZodType<Options>;
  create(options: Options, context: SinkContext): ForgetfulSink | ResumableSink;
  /**
   * Of sinks that remember for themselves: where a pipeline would go on, read without opening the sink, which would fence
   * its writer. Undefined: nothing was ever written.
   */
  storedPosition?(options: Options, asked: StoredPositionOptions): Promise<Position | undefined>;
}

/** Declares a connector; a package that is a sink exports the result by default. */
export function defineSink<Options>(definition: SinkDefinition<Options>): SinkDefinition<Options> {
  return definition;
}

import { type Destination, type Format, type Rows, rowsAs, type Table } from 'rowtide';
import type { KafkaOptions } from '../options.js';
import type { PartitionWriter } from '../partition-writer.js';
import type { Topic, Topics } from '../topics.js';
import { keyed, nameOf } from './key.js';
import { ofTable, type Partitioner, partitionerOf } from './partitioner.js';
import { type Rule, rulesOf, topicTemplates } from './rules.js';
import { isFixed, TopicNames } from './topic-name.js';

/** Where and how the rows of one version of a table are written. */
export interface Route {
  readonly rule: Rule;
  readonly topic: Topic;
  /** The table as the format gets it: its primary key is the key of the records. */
  readonly table: Table;
  /** It is not the table's own primary key. */
  readonly isRekeyed: boolean;
  readonly partitioner: Partitioner;
  /** Of records that have no key to tell theirs. */
  readonly keyless: PartitionWriter;
}

/** Finds the routes of tables, once for each version of a table; its topic is looked for or made then. */
export class Router {
  readonly #ruleOf: (table: Table) => Rule;
  readonly #fixed: readonly string[];
  readonly #names = new TopicNames();
  readonly #routes = new WeakMap<Table, Route>();

  constructor(options: KafkaOptions, format: Format) {
    this.#ruleOf = rulesOf(options, format);
    this.#fixed = topicTemplates(options).filter(isFixed);
  }

  /** Looks for the topics whose names say nothing of tables, so that a missing one is told at once. */
  async open(topics: Topics): Promise<void> {
    for (const name of this.#fixed) await topics.get(name);
  }

  /** The route of a table that was routed before. */
  known(table: Table): Route | undefined {
    return this.#routes.get(table);
  }

  async route(rows: Rows, topics: Topics, from: Omit<Destination, 'topic'>): Promise<Route> {
    const original = rows.table;
    const rule = this.#ruleOf(original);
    const table = keyed(original, rule);
    const topic = await topics.get(this.#names.of(original, rule.topic, rule.captured));
    const route: Route = {
      rule,
      topic,
      table,
      isRekeyed: table !== original,
      partitioner: partitionerOf(rule, table, topic),
      keyless: ofTable(topic, original),
    };
    await rule.format.prepare?.(rowsAs(rows, { table }), { ...from, topic: topic.name });
    this.#routes.set(original, route);
    return route;
  }
}

/** How errors name the table of a route. */
export function placeOf({ table }: Route): string {
  return `table ${nameOf(table)}`;
}

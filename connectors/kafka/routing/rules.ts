import { type Format, type Table, tablePattern } from 'rowtide';
import type { KafkaOptions } from '../options.js';
import { registeredFormat } from '../registry/format.js';
import { type HeadersOf, headersOf } from './headers.js';
import type { RouteOptions } from './options.js';

/** What the options say of a table. */
export interface Rule {
  /** How errors name where it comes from. */
  readonly place: string;
  readonly topic: string;
  /** What its route's regular expression captured. */
  readonly captured: readonly string[];
  readonly format: Format;
  /** Names of the key's columns; null for the primary key. */
  readonly key: readonly string[] | null;
  readonly partitionBy: KafkaOptions['partitionBy'];
  readonly keyless: KafkaOptions['keyless'];
  readonly splitsKeyChanges: boolean;
  readonly tombstones: boolean;
  /** Null for none. */
  readonly headers: HeadersOf | null;
}

/** Finds the rule of a table: the first route that matches, and the sink's own options where that says nothing. */
export function rulesOf(options: KafkaOptions, format: Format): (table: Table) => Rule {
  const routes = options.routes.map((route) => ({
    ...tablePattern(route.match),
    rule: ruleOf(options, route, route.format === undefined ? format : registeredFormat(route.format, options)),
  }));
  const ownRule = ruleOf(options, null, format);
  return ({ schema, name }) => {
    const route = routes.find(({ table }) => table(schema, name));
    return route === undefined ? ownRule : { ...route.rule, captured: route.captured(schema, name) };
  };
}

function ruleOf(options: KafkaOptions, route: RouteOptions | null, format: Format): Rule {
  const { partitionBy, keyless, keyChanges, tombstones, topic } = { ...options, ...given(route ?? {}) };
  const headers = { ...options.headers, ...route?.headers };
  return {
    place: route === null ? 'the options of the sink' : `the route ${route.match}`,
    topic,
    captured: [],
    format,
    key: route?.key ?? null,
    partitionBy,
    keyless,
    splitsKeyChanges: keyChanges === undefined ? format.keyChange !== undefined : keyChanges === 'delete-insert',
    tombstones: tombstones ?? format.tombstones ?? false,
    headers: Object.keys(headers).length === 0 ? null : headersOf(headers),
  };
}

function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

export function topicTemplates({ topic, routes }: KafkaOptions): string[] {
  return [topic, ...routes.flatMap((route) => route.topic ?? [])];
}

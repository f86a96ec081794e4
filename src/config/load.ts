import { dirname, resolve } from 'node:path';
import type * as z from 'zod';
import { RowtideError } from '../core/errors.js';
import type { TransformOptions } from '../transform/transform.js';
import { type ConfigDocument, type Path, type Problem, parseConfigDocument } from './document.js';
import {
  configSchema,
  type HeartbeatConfig,
  type HttpConfig,
  type ProxysqlConfig,
  type RelaySchema,
  type RetryConfig,
  type SourceConfig,
  STATE_DEFAULT,
} from './schema.js';
import { hasReference, type Surroundings, substitute } from './substitute.js';

/** All that the configuration needs to know of a connector. */
export interface Configurable {
  readonly options: z.ZodType;
}

export interface PipelineConfig<S extends Configurable> {
  readonly name: string;
  /** Its key in the file: the same for each of many sources. */
  readonly group: string;
  readonly source: SourceConfig;
  readonly transform: TransformOptions;
  readonly retry: RetryConfig;
  /** `options` are what the connector's own schema made of them. */
  readonly sink: { readonly name: string; readonly connector: S; readonly options: unknown };
}

/** A relay as the configuration has it, with its folder as a whole path. */
export interface RelayConfig {
  readonly name: string;
  readonly folder: string;
  readonly source: RelaySchema['source'];
  readonly semiSync: boolean;
  readonly retention: RelaySchema['retention'];
}

export interface Config<S extends Configurable> {
  readonly stateDir: string;
  readonly relays: readonly RelayConfig[];
  /** Null: nobody listens. */
  readonly http: HttpConfig | null;
  /** Null: none are written, and none are looked for. */
  readonly heartbeat: HeartbeatConfig | null;
  /** By pipeline, as its key in the file says. */
  readonly feeds: readonly (ProxysqlConfig & { readonly group: string })[];
  readonly pipelines: readonly PipelineConfig<S>[];
  /** Texts that no log and no message may show. */
  readonly secrets: readonly string[];
}

export interface LoadOptions<S extends Configurable> extends Surroundings {
  readonly file: string;
  /** Finds a connector by its name; throws a RowtideError when there is none. */
  readonly connector: (name: string) => Promise<S>;
}

/**
 * Reads and checks a configuration file. Throws CONFIG_INVALID, whose message lists every problem as
 * `file:line:column path: message`.
 */
export async function loadConfig<S extends Configurable>(options: LoadOptions<S>): Promise<Config<S>> {
  const document = parseConfigDocument(read(options));
  if (document.problems.length > 0) throw invalid(options.file, document.problems);
  const problems: Problem[] = [];
  const secrets = new Set<string>();
  const expanded = expand(document, { options, problems, secrets });

  const base = check(configSchema, expanded, { document, problems, path: [] });
  const sinks = await loadSinks(expanded, { document, problems, options });
  if (base === undefined || problems.length > 0) throw invalid(options.file, problems);
  const pipelines = Object.entries(base.pipelines).flatMap(([name, pipeline]) => {
    const sink = sinks.get(name);
    if (sink === undefined) throw new Error(`the sink of ${name} was not checked`);
    const { transform, retry } = pipeline;
    return sourcesOf(name, pipeline).map(([own, source]) => ({
      name: own,
      group: name,
      source,
      transform,
      retry,
      sink,
    }));
  });
  const relays = Object.entries(base.relays).map(([name, { folder, ...relay }]) => {
    return { name, folder: resolve(dirname(options.file), folder), ...relay };
  });
  const servers = [...pipelines.map(({ source }) => source), ...relays.map(({ source }) => source)];
  for (const source of servers) if ('address' in source) secrets.add(source.address.password.reveal());
  for (const { address } of base.heartbeat?.servers ?? []) secrets.add(address.password.reveal());

  refuseSameNames(pipelines, { document, problems });
  refuseUnknownRelays(base, { document, problems });
  if (problems.length > 0) throw invalid(options.file, problems);

  return {
    stateDir: resolve(dirname(options.file), base.state),
    relays,
    http: base.http ?? null,
    heartbeat: base.heartbeat ?? null,
    feeds: Object.entries(base.pipelines).flatMap(([group, { proxysql }]) =>
      proxysql === undefined ? [] : [{ group, ...proxysql }],
    ),
    pipelines,
    secrets: [...secrets],
  };
}

type PipelineSchema = NonNullable<ReturnType<typeof check<typeof configSchema>>>['pipelines'][string];

/** Each with the name of its own pipeline. */
function sourcesOf(
  name: string,
  { source, sources = {} }: PipelineSchema,
): readonly (readonly [string, SourceConfig])[] {
  if (source !== undefined) return [[name, source]];
  return Object.entries(sources).map(([own, each]) => [`${name}.${own}`, each] as const);
}

function refuseSameNames(
  pipelines: readonly { readonly name: string }[],
  { document, problems }: Omit<Check, 'path'>,
): void {
  const names = pipelines.map(({ name }) => name);
  for (const name of names.filter((each, i) => names.indexOf(each) < i)) {
    const path = ['pipelines', name];
    problems.push({ place: document.keyPlace(path), path, message: 'a source of another pipeline has that name' });
  }
}

function refuseUnknownRelays(
  { relays, pipelines }: z.output<typeof configSchema>,
  { document, problems }: Omit<Check, 'path'>,
): void {
  const check = (source: SourceConfig | undefined, path: Path): void => {
    if (source?.kind !== 'relay' || source.relay in relays) return;
    const place = document.place([...path, 'relay']);
    problems.push({ place, path: [...path, 'relay'], message: `no relay is called ${source.relay}` });
  };
  for (const [name, { source, sources = {} }] of Object.entries(pipelines)) {
    check(source, ['pipelines', name, 'source']);
    for (const [own, each] of Object.entries(sources)) check(each, ['pipelines', name, 'sources', own]);
  }
}

/** The state folder of a configuration that may be wrong, or unreadable here, in everything else. */
export function readStateDir(file: string, surroundings: Surroundings): string {
  const document = parseConfigDocument(read({ ...surroundings, file }));
  if (document.problems.length > 0) throw invalid(file, document.problems);
  const state = at(document.value, ['state']);
  return resolve(dirname(file), typeof state === 'string' ? substitute(state, surroundings) : STATE_DEFAULT);
}

function read(options: Pick<Surroundings, 'readFile'> & { file: string }): string {
  try {
    return options.readFile(options.file);
  } catch (cause) {
    throw new RowtideError('CONFIG_INVALID', `cannot read ${options.file}: ${reason(cause)}`, {
      hint: 'Name the configuration with --config FILE.',
      cause,
    });
  }
}

interface Expansion {
  readonly options: Surroundings;
  readonly problems: Problem[];
  readonly secrets: Set<string>;
}

/** The value of the document with every reference replaced. */
function expand(document: ConfigDocument, { options, problems, secrets }: Expansion): unknown {
  const walk = (value: unknown, path: Path): unknown => {
    if (Array.isArray(value)) return value.map((each, index) => walk(each, [...path, index]));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, walk(each, [...path, key])]));
    }
    if (typeof value !== 'string') return value;
    try {
      const text = substitute(value, options);
      if (value.includes('${file:') || SECRET_KEY.test(String(path.at(-1)))) secrets.add(text);
      return text;
    } catch (error) {
      problems.push({ place: document.place(path), path, message: reason(error) });
      return value;
    }
  };
  return walk(document.value, []);
}

const SECRET_KEY = /password|passphrase|secret|token|hashKey/i;

interface Check {
  readonly document: ConfigDocument;
  readonly problems: Problem[];
  /** Where the value stands in the document. */
  readonly path: Path;
}

/** The checked value; undefined, and problems noted, if it does not fit. */
function check<T extends z.ZodType>(schema: T, value: unknown, to: Check): z.output<T> | undefined {
  let result = schema.safeParse(value);
  // Text from ${…} is text; where a number or a switch is wanted, it is read as one.
  if (!result.success) result = schema.safeParse(retype(value, result.error.issues, to));
  if (result.success) return result.data;
  for (const issue of result.error.issues) to.problems.push(...problemsOf(issue, to));
  return undefined;
}

function retype(value: unknown, issues: readonly z.core.$ZodIssue[], { document, path }: Check): unknown {
  const copy = structuredClone(value);
  for (const issue of issues) {
    const original = at(document.value, [...path, ...issue.path]);
    if (issue.code !== 'invalid_type' || typeof original !== 'string' || !hasReference(original)) continue;
    const text = at(copy, issue.path);
    const parent = at(copy, issue.path.slice(0, -1)) as Record<PropertyKey, unknown>;
    const key = issue.path.at(-1) ?? '';
    if (issue.expected === 'boolean' && (text === 'true' || text === 'false')) parent[key] = text === 'true';
    else if (['number', 'int'].includes(issue.expected) && /^-?\d+(\.\d+)?$/.test(String(text)))
      parent[key] = Number(text);
  }
  return copy;
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((each, key) => (each as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

function problemsOf(issue: z.core.$ZodIssue, { document, path }: Check): Problem[] {
  const full = [...path, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const keyPath = [...full, key];
      return { place: document.keyPlace(keyPath), path: keyPath, message: 'unknown key' };
    });
  }
  const place = issue.code === 'invalid_key' ? document.keyPlace(full) : document.place(full);
  return [{ place, path: full, message: messageOf(issue, at(document.value, full)) }];
}

function messageOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  return issue.code === 'invalid_type' && value === undefined ? 'is missing' : issue.message;
}

interface SinkLoading<S extends Configurable> {
  readonly document: ConfigDocument;
  readonly problems: Problem[];
  readonly options: LoadOptions<S>;
}

/** Sinks by pipeline, checked also when something else is wrong, so that all problems are listed at once. */
async function loadSinks<S extends Configurable>(
  config: unknown,
  { document, problems, options }: SinkLoading<S>,
): Promise<Map<string, PipelineConfig<S>['sink']>> {
  const sinks = new Map<string, PipelineConfig<S>['sink']>();
  for (const [pipeline, value] of entries(at(config, ['pipelines']))) {
    const [only, ...more] = entries(at(value, ['sink']));
    if (only === undefined || more.length > 0) continue;
    const [name, sinkOptions] = only;
    const path = ['pipelines', pipeline, 'sink', name];
    try {
      const connector = await options.connector(name);
      const checked = check(connector.options, sinkOptions ?? {}, { document, problems, path });
      if (checked !== undefined) sinks.set(pipeline, { name, connector, options: checked });
    } catch (error) {
      if (!(error instanceof RowtideError)) throw error;
      problems.push({ place: document.keyPlace(path), path, message: error.message });
    }
  }
  return sinks;
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function invalid(file: string, problems: readonly Problem[]): RowtideError {
  const lines = problems
    .toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
    .map(({ place, path, message }) => {
      const where = path.length === 0 ? '' : ` ${path.map(String).join('.')}:`;
      return `${file}:${place.line}:${place.column}${where} ${message}`;
    });
  return new RowtideError('CONFIG_INVALID', lines.join('\n'), {
    hint: 'The form of the file is described in the README, under Configuration.',
  });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

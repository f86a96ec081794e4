import * as z from 'zod';
import { RowtideError } from '../core/errors.js';
import { parseServerUrl } from '../mysql/url.js';
import { columnPattern } from '../transform/columns/patterns.js';
import { tablePattern } from '../transform/patterns.js';
import { parseCondition } from '../transform/where/condition.js';
import { parseDuration } from './duration.js';
import { parseListen } from './listen.js';
import { parsePoint } from './point.js';
import { parseSize } from './size.js';

/** Makes what a parser of ours refuses an issue at its place. */
function parsed<T>(parse: (text: string) => T) {
  return z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue(refusal(error));
      return z.NEVER;
    }
  });
}

function refusal(error: unknown): string {
  if (!(error instanceof RowtideError)) throw error;
  return error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
}

/** A text that a parser of ours accepts. */
function accepted(parse: (text: string) => unknown) {
  return parsed((text) => {
    parse(text);
    return text;
  });
}

const pattern = accepted(tablePattern);
const column = accepted(columnPattern);
const point = parsed(parsePoint);

const columnActions = z
  .strictObject({
    include: z.array(column).default([]),
    exclude: z.array(column).default([]),
    mask: z.record(column, z.string().nullable()).default({}),
    hash: z.array(column).default([]),
    hashKey: z.string().min(1).exactOptional(),
    truncate: z.record(column, z.int().min(0)).default({}),
  })
  .refine(({ hash, hashKey }) => hash.length === 0 || hashKey !== undefined, {
    path: ['hash'],
    error: 'a hashKey is needed: without one, short values are guessed from their hashes',
  });

const transform = z.strictObject({
  include: z.array(pattern).default([]),
  exclude: z.array(pattern).default([]),
  where: z.record(pattern, accepted(parseCondition)).default({}),
  columns: columnActions.prefault({}),
});

/** How column names are found when the log does not carry them. */
const columns = z.enum(['auto', 'assume-current', 'none']).default('auto');

const addressMembers = {
  /** mysql://user@host:port, with TLS options as its query. */
  url: z.string(),
  /** Beats the one in the URL. */
  password: z.string().optional(),
};

const serverMembers = {
  ...addressMembers,
  /** Which server id we register with; random when absent. */
  serverId: z
    .int()
    .min(1)
    .max(2 ** 32 - 1)
    .exactOptional(),
  heartbeatMs: z.int().min(100).max(3_600_000).exactOptional(),
};

interface UrlMembers {
  readonly url: string;
  readonly password?: string | undefined;
}

/** One address in place of URL and password. */
function addressed<T extends UrlMembers>({ url, password, ...server }: T, context: z.RefinementCtx) {
  try {
    return { address: parseServerUrl(url, password === undefined ? {} : { password }), ...server };
  } catch (error) {
    context.issues.push({ code: 'custom', input: url, path: ['url'], message: refusal(error) });
    return z.NEVER;
  }
}

const serverSource = z
  .strictObject({
    ...serverMembers,
    /** Where to begin when there is no checkpoint yet. */
    from: point.default({ kind: 'now' }),
    schema: columns,
  })
  .transform((server, context) => ({ kind: 'server' as const, ...addressed(server, context) }));

const filesSource = z
  .strictObject({
    files: z.array(z.string()).min(1),
    /** Wait for more at the end of the last file, and for the file that follows it. */
    follow: z.boolean().default(false),
    from: point.default({ kind: 'beginning' }),
    schema: columns,
  })
  .transform((files) => ({ kind: 'files' as const, ...files }));

const relaySource = z
  .strictObject({
    /** The name of a relay of this configuration. */
    relay: z.string(),
    from: point.default({ kind: 'now' }),
    schema: columns,
  })
  .transform((relay) => ({ kind: 'relay' as const, ...relay }));

// Not z.union: its message lists what every member dislikes.
const source = z.unknown().transform((value, context) => {
  const has = (key: string): boolean => typeof value === 'object' && value !== null && key in value;
  const result = (has('files') ? filesSource : has('relay') ? relaySource : serverSource).safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) context.issues.push({ ...issue, input: value } as z.core.$ZodRawIssue);
  return z.NEVER;
});

const HEARTBEAT_MS_MIN = 50;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const named = (what: string) =>
  z.string().regex(NAME, { error: `a ${what} is named with letters, digits, dot, dash and underscore` });

/** Rows that say what time it is at the source, in the table of pt-heartbeat. */
const heartbeat = z
  .strictObject({
    schema: z.string().min(1).default('rowtide'),
    table: z.string().min(1).default('heartbeat'),
    interval: parsed(parseDuration)
      .refine((ms) => ms >= HEARTBEAT_MS_MIN, { error: `at least ${HEARTBEAT_MS_MIN}ms` })
      .default(1000),
    /** False where somebody else writes them, as pt-heartbeat --utc does. */
    write: z.boolean().default(true),
    /** Those that are or may become the primary; the servers that pipelines read unless given. */
    servers: z.array(z.strictObject(addressMembers).transform(addressed)).min(1).exactOptional(),
  })
  .transform(({ interval: intervalMs, ...rest }) => ({ ...rest, intervalMs }));

const pipelineMembers = z.strictObject({
  source: source.exactOptional(),
  /** Many in place of one: a pipeline each, called `pipeline.source`, that are the same in all else. */
  sources: z.record(named('source'), source).exactOptional(),
  transform: transform.prefault({}),
  retry: z
    .strictObject({
      /** Failures in a row after which the pipeline ends; without it, it is tried for ever. */
      attemptsMax: z.int().min(1).exactOptional(),
      /** The longest wait between two attempts. */
      delayMsMax: z.int().min(1).exactOptional(),
    })
    .default({}),
  /** Where ProxySQL is told which GTIDs the replica has. */
  proxysql: z
    .strictObject({
      listen: parsed(parseListen),
      /** Several GTIDs in one line, which ProxySQL takes since 3.0.8. */
      ranges: z.boolean().default(false),
    })
    .exactOptional(),
  /** Checked by the sink's own schema. */
  sink: z.record(z.string(), z.unknown()).refine((sink) => Object.keys(sink).length === 1, {
    error: 'exactly one sink: its name, and its options beneath',
  }),
});

const pipeline = pipelineMembers.superRefine(({ source: one, sources = {} }, context) => {
  const isOne = (one === undefined ? 0 : 1) + Math.sign(Object.keys(sources).length) === 1;
  if (!isOne) context.addIssue({ code: 'custom', message: 'either one source, or sources: a name for each of them' });
});

const relay = z.strictObject({
  source: z
    .strictObject({
      ...serverMembers,
      /** Which of the server's files a new relay begins with, from its first event on. */
      from: point
        .refine(({ kind }) => kind === 'now' || kind === 'beginning' || kind === 'file', {
          error: 'a relay begins with a whole file: now (the one that is written), beginning, or FILE:4',
        })
        .default({ kind: 'now' }),
    })
    .transform(addressed),
  /** Relative to the configuration file. */
  folder: z.string().min(1),
  /** The source's commits wait until they are durable in the folder. */
  semiSync: z.boolean().default(false),
  /** What is older, or too much, is removed once no pipeline needs it. Without it, all is kept. */
  retention: z
    .strictObject({ time: parsed(parseDuration).exactOptional(), size: parsed(parseSize).exactOptional() })
    .default({}),
});

export const STATE_DEFAULT = './state';

const members = z.strictObject({
  /** Folder of checkpoints, spool and control socket, relative to the configuration file. */
  state: z.string().min(1).default(STATE_DEFAULT),
  /** Durable copies of servers' logs, which pipelines read by name. */
  relays: z.record(named('relay'), relay).default({}),
  /** What monitoring asks; off where it is absent. */
  http: z
    .strictObject({
      listen: parsed(parseListen),
      /** Names that a request's Host may say, beside addresses and localhost. */
      hosts: z.array(z.string().min(1).toLowerCase()).default([]),
    })
    .exactOptional(),
  heartbeat: heartbeat.exactOptional(),
  pipelines: z.record(named('pipeline'), pipeline).default({}),
});

export const configSchema = members.refine(
  ({ pipelines, relays }) => Object.keys(pipelines).length + Object.keys(relays).length > 0,
  { path: ['pipelines'], error: 'at least one pipeline, or a relay' },
);

export type HeartbeatConfig = z.output<typeof heartbeat>;
export type ProxysqlConfig = NonNullable<z.output<typeof pipeline>['proxysql']>;
export type HttpConfig = NonNullable<z.output<typeof configSchema>['http']>;
export type RetryConfig = z.output<typeof pipeline>['retry'];
export type SourceConfig = z.output<typeof source>;
export type ServerConfig = Extract<SourceConfig, { kind: 'server' }>;
export type RelaySchema = z.output<typeof relay>;
export type FilesConfig = Extract<SourceConfig, { kind: 'files' }>;

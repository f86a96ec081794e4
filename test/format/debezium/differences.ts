import { type ExactJson, parseExact } from './exact-json.js';
import type { RecordedVersion } from './runs.js';

/** The parts of a record as texts of JSON; null is the same as no text. */
export interface RecordTexts {
  readonly key: string | null;
  readonly headers: string;
  readonly value: string | null;
}

type Fields = { [name: string]: ExactJson };

/** What a record comes from. */
export interface Origin {
  readonly version: RecordedVersion;
  readonly run: string;
}

interface Difference {
  /** Its title in docs/formats.md, which gives the reason. */
  readonly title: string;
  /** Makes both sides say the same where, and only where, they are meant to differ. */
  readonly settle: (path: readonly string[], value: ExactJson, origin: Origin) => ExactJson;
}

const last = (path: readonly string[]): string => path.at(-1) ?? '';
const isTable = (path: readonly string[], name: string): boolean => path[0] === `rec.kinds.${name}`;
/** In the payload of a value: not of `source`, and not in a schema. */
const isCell = (path: readonly string[]): boolean => !path.includes('source') && !path.includes('schema');
const SETTLED = 'settled';
const CONTEXT = '__debezium.context.';

/** All that is meant to be otherwise than Debezium has it. */
export const DIFFERENCES: readonly Difference[] = [
  {
    title: 'What belongs to a run',
    settle: (path, value) => {
      if (last(path) === 'headers')
        return Object.fromEntries(Object.entries(value as Fields).filter(([name]) => !name.startsWith(CONTEXT)));
      const isTime = /^(added_)?ts_(ms|us|ns)$/.test(last(path)) && isCell(path) && path[0] !== 'rec.transaction';
      return isTime && typeof value === 'string' ? SETTLED : value;
    },
  },
  {
    title: 'FLOAT',
    settle: (path, value) => {
      if (!isTable(path, 'floats')) return value;
      if (last(path) === 'type' && value === 'double') return 'float';
      // The shortest digits of the same 32 bits.
      return typeof value === 'string' && value.endsWith(' float') && /^[acf]$/.test(last(path))
        ? `#${Math.fround(Number.parseFloat(value.slice(1)))}`
        : value;
    },
  },
  {
    title: 'YEAR 0000',
    settle: (path, value) =>
      /^(years a|strict_times f)$/.test(`${path[0]?.slice(10)} ${last(path)}`) && value === '#1900' ? '#0' : value,
  },
  {
    title: 'CHAR with the character set binary',
    settle: (path, value) => {
      if (!isTable(path, 'binaries')) return value;
      const field = value as Fields | null;
      if (typeof field === 'object' && field !== null && field.field === 'g') return SETTLED;
      return last(path) === 'g' && value !== null ? SETTLED : value;
    },
  },
  {
    title: 'JSON documents',
    settle: (path, value) => {
      if (!isTable(path, 'documents') || last(path) !== 'a' || typeof value !== 'string') return value;
      return ODD_DOCUMENTS.test(value) ? SETTLED : value;
    },
  },
  {
    title: 'Defaults of columns',
    settle: (_path, value) => {
      if (typeof value !== 'object' || value === null || !('default' in value) || value.field === 'snapshot')
        return value;
      const { default: _, ...rest } = value as Fields;
      return rest;
    },
  },
  {
    title: 'Schema changes',
    settle: (path, value) => {
      if (path[0] !== 'rec' || path.includes('schema')) return value;
      if (last(path) === 'tableChanges') return SETTLED;
      if (path.at(-2) === 'source' && /^(row|table)$/.test(last(path))) return SETTLED;
      return last(path) === 'ddl' && typeof value === 'string' && /^DROP TABLE/i.test(value) ? SETTLED : value;
    },
  },
  {
    title: 'MariaDB',
    settle: (path, value, { version, run }) => {
      if (version !== '11.8') return value;
      if (run === 'cloudevents') {
        if (path.at(-2) === 'data') return withImagesOnly(value as Fields);
        if (last(path) === 'iodebeziumpos') return SETTLED;
        if (typeof value === 'string' && value.startsWith('name:rec;file:')) return value.replace(/\d+$/, SETTLED);
      }
      const field = value as Fields | null;
      // Debezium 3.5 has the time of the event before.
      if (path[0] === 'rec.transaction' && last(path) === 'ts_ms') return SETTLED;
      const isNamed = typeof field === 'object' && field?.field === 'a';
      if (isNamed && (isTable(path, 'documents') || isTable(path, 'uuids'))) return SETTLED;
      if (path.includes('schema')) return value;
      if (path.at(-2) === 'source' && last(path) === 'pos') return SETTLED;
      if (run === 'nanoseconds' && isTable(path, 'far_datetimes') && /^f\d$/.test(last(path))) return SETTLED;
      const isZero = typeof value === 'string' && /^1970-01-01T00:00:00[.0]*Z$/.test(value);
      if ((isTable(path, 'timestamps') || isTable(path, 'strict_times')) && (isZero || value === null)) return SETTLED;
      return isTable(path, 'uuids') && last(path) === 'a' ? SETTLED : value;
    },
  },
];

/** Of the data of a CloudEvent and of its schema, which are the whole envelope's in Debezium 3.5. */
function withImagesOnly({ before, after, fields, ...rest }: Fields): Fields {
  if (!Array.isArray(fields)) return { before: before ?? null, after: after ?? null };
  return { ...rest, fields: fields.filter(({ field }: Fields) => field === 'before' || field === 'after') };
}

/** Documents with a large double, a negative time, or bytes. */
const ODD_DOCUMENTS = /1e100|1000000000000000015|02:0-3|-01:02:03|0\.0000001|0000999|"bytes"/;

/** A record of either side with its numbers as they were written, but for what is meant to differ. */
export function settledText(topic: string, { key, headers, value }: RecordTexts, origin: Origin): string {
  const part = (name: string, text: string | null): string => partText([topic, name], text, origin);
  return [part('key', key), part('headers', headers), part('value', value)].join('\n');
}

const SCHEMA = '{"schema":';
const PAYLOAD = ',"payload":';
const schemas = new Map<string, string>();

/** Schemas are long, and the same in most records of a topic. */
function partText(path: readonly string[], text: string | null, origin: Origin): string {
  const payload = text?.startsWith(SCHEMA) ? text.indexOf(PAYLOAD) : -1;
  if (text === null || payload < 0) return settledPart(path, text ?? 'null', origin);
  const schema = text.slice(SCHEMA.length, payload);
  const name = `${origin.version} ${path.join(' ')} ${schema}`;
  let known = schemas.get(name);
  if (known === undefined) {
    known = settledPart([...path, 'schema'], schema, origin);
    schemas.set(name, known);
  }
  return `${known}\n${settledPart([...path, 'payload'], text.slice(payload + PAYLOAD.length, -1), origin)}`;
}

const settledPart = (path: readonly string[], text: string, origin: Origin): string =>
  JSON.stringify(walk(path, parseExact(text), origin));

function walk(path: readonly string[], value: ExactJson, origin: Origin): ExactJson {
  const own = DIFFERENCES.reduce((made, { settle }) => settle(path, made, origin), value);
  if (typeof own !== 'object' || own === null) return own;
  if (Array.isArray(own)) return own.map((each: ExactJson, i) => walk([...path, String(i)], each, origin));
  return Object.fromEntries(Object.entries(own).map(([name, each]) => [name, walk([...path, name], each, origin)]));
}

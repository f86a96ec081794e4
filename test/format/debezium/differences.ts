import { type ExactJson, parseExact } from './exact-json.js';

/** The parts of a record as texts of JSON; null is the same as no text. */
export interface RecordTexts {
  readonly key: string | null;
  readonly headers: string;
  readonly value: string | null;
}

type Fields = { [name: string]: ExactJson };

interface Difference {
  /** Its title in docs/formats.md, which gives the reason. */
  readonly title: string;
  /** Makes both sides say the same where, and only where, they are meant to differ. */
  readonly settle: (path: readonly string[], value: ExactJson) => ExactJson;
}

const last = (path: readonly string[]): string => path.at(-1) ?? '';
const isTable = (path: readonly string[], name: string): boolean => path[0] === `rec.kinds.${name}`;
/** In the payload of a value: not of `source`, and not in a schema. */
const isCell = (path: readonly string[]): boolean => !path.includes('source') && !path.includes('schema');
const SETTLED = 'settled';

/** All that is meant to be otherwise than Debezium has it. */
export const DIFFERENCES: readonly Difference[] = [
  {
    title: 'Times of processing',
    settle: (path, value) =>
      /^ts_(ms|us|ns)$/.test(last(path)) && isCell(path) && path[0] !== 'rec.transaction' && typeof value === 'string'
        ? SETTLED
        : value,
  },
  {
    title: 'Headers of the engine',
    settle: (path, value) =>
      last(path) === 'headers'
        ? Object.fromEntries(
            Object.entries(value as Fields).filter(([name]) => !name.startsWith('__debezium.context.')),
          )
        : value,
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
    title: 'Order of data_collections',
    settle: (path, value) =>
      last(path) === 'data_collections' && Array.isArray(value)
        ? [...value].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
        : value,
  },
];

/** Documents with a large double, a negative time, or bytes. */
const ODD_DOCUMENTS = /1e100|1000000000000000015|02:0-3|-01:02:03|0\.0000001|0000999|"bytes"/;

/** A record of either side with its numbers as they were written, but for what is meant to differ. */
export function settledText(topic: string, { key, headers, value }: RecordTexts): string {
  const parts = [
    partText([topic, 'key'], key),
    partText([topic, 'headers'], headers),
    partText([topic, 'value'], value),
  ];
  return parts.join('\n');
}

const SCHEMA = '{"schema":';
const PAYLOAD = ',"payload":';
const schemas = new Map<string, string>();

/** Schemas are long, and the same in most records of a topic. */
function partText(path: readonly string[], text: string | null): string {
  const payload = text?.startsWith(SCHEMA) ? text.indexOf(PAYLOAD) : -1;
  if (text === null || payload < 0) return settledPart(path, text ?? 'null');
  const schema = text.slice(SCHEMA.length, payload);
  const name = `${path.join(' ')} ${schema}`;
  let known = schemas.get(name);
  if (known === undefined) {
    known = settledPart([...path, 'schema'], schema);
    schemas.set(name, known);
  }
  return `${known}\n${settledPart([...path, 'payload'], text.slice(payload + PAYLOAD.length, -1))}`;
}

const settledPart = (path: readonly string[], text: string): string => JSON.stringify(walk(path, parseExact(text)));

function walk(path: readonly string[], value: ExactJson): ExactJson {
  const own = DIFFERENCES.reduce((made, { settle }) => settle(path, made), value);
  if (typeof own !== 'object' || own === null) return own;
  if (Array.isArray(own)) return own.map((each, i) => walk([...path, String(i)], each));
  return Object.fromEntries(Object.entries(own).map(([name, each]) => [name, walk([...path, name], each)]));
}

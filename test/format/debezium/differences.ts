import type { ExactJson } from './exact-json.js';

/** A record of either side, parsed. */
export interface Side {
  readonly topic: string;
  readonly key: ExactJson;
  readonly headers: ExactJson;
  readonly value: ExactJson;
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
      if (typeof field === 'object' && field !== null && field['field'] === 'g') return SETTLED;
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
    settle: (path, value) => {
      if (typeof value !== 'object' || value === null || !('default' in value) || value['field'] === 'snapshot')
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
      return last(path) === 'ddl' && /^DROP TABLE/i.test(String(value)) ? SETTLED : value;
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
const ODD_DOCUMENTS = /1e100|1000000000000000015|02:0-3|-01:02:03|1e-7|0000999|"bytes"/;

export function settled(side: Side): ExactJson {
  const { topic, ...record } = side;
  return walk([topic], record);
}

function walk(path: readonly string[], value: ExactJson): ExactJson {
  const own = DIFFERENCES.reduce((made, { settle }) => settle(path, made), value);
  if (typeof own !== 'object' || own === null) return own;
  if (Array.isArray(own)) return own.map((each, i) => walk([...path, String(i)], each));
  return Object.fromEntries(Object.entries(own).map(([name, each]) => [name, walk([...path, name], each)]));
}

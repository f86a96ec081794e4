import { RowtideError, type Table } from 'rowtide';

/** The values that a template takes from a table. */
const PLACEHOLDERS = { schema: (table: Table) => table.schema, table: (table: Table) => table.name };

const PLACEHOLDER = /\{([^{}]*)\}/g;
const LEGAL = /^[A-Za-z0-9._-]*$/;
const NAME_LENGTH_MAX = 249;

/** What is wrong with a template, or null. */
export function templateProblem(template: string): string | null {
  for (const [whole, name] of template.matchAll(PLACEHOLDER)) {
    if (name === undefined || !(name in PLACEHOLDERS)) return `${whole} is not known; there are {schema} and {table}`;
  }
  const literal = template.replaceAll(PLACEHOLDER, '');
  if (template === '' || !LEGAL.test(literal)) return 'a topic name consists of A-Z, a-z, 0-9, ".", "_" and "-"';
  return null;
}

export function isFixed(template: string): boolean {
  return template.search(PLACEHOLDER) < 0;
}

/**
 * Which topic a table's changes go to. Characters that Kafka does not allow become `_u` and their four hex digits.
 * Tables that differ in what the template takes from them never share a topic: the second one is refused by name.
 */
export class TopicNames {
  readonly #template: string;
  readonly #taken = new Map<string, { values: string; table: string }>();

  constructor(template: string) {
    this.#template = template;
  }

  of(table: Table): string {
    const values: string[] = [];
    const topic = this.#template.replaceAll(PLACEHOLDER, (_, name: keyof typeof PLACEHOLDERS) => {
      const value = PLACEHOLDERS[name](table);
      values.push(value);
      return value.replaceAll(/[^A-Za-z0-9._-]/g, encode);
    });
    refuseIllegal(topic, table);
    this.#refuseCollision(topic, table, JSON.stringify(values));
    return topic;
  }

  #refuseCollision(topic: string, table: Table, values: string): void {
    const taken = this.#taken.get(topic);
    if (taken === undefined) {
      this.#taken.set(topic, { values, table: `${table.schema}.${table.name}` });
    } else if (taken.values !== values) {
      throw new RowtideError(
        'SINK_REFUSED',
        `tables ${taken.table} and ${table.schema}.${table.name} would both be written to topic ${topic}`,
        { hint: 'Change the topic template so that they differ, or exclude one of them.' },
      );
    }
  }
}

function encode(character: string): string {
  return `_u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function refuseIllegal(topic: string, table: Table): void {
  if (topic.length <= NAME_LENGTH_MAX && topic !== '.' && topic !== '..') return;
  throw new RowtideError('SINK_REFUSED', `table ${table.schema}.${table.name} gives no valid topic name: ${topic}`, {
    hint: `A topic name has at most ${NAME_LENGTH_MAX} characters and is not "." or "..": change the topic template.`,
  });
}

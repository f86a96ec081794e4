import { RowtideError, type Table } from 'rowtide';

const PLACEHOLDER = /\{([^{}]*)\}/g;
const LEGAL = /^[A-Za-z0-9._-]*$/;
const NAME_LENGTH_MAX = 249;

/** What is wrong with a template, or null. `groups`: how many the regular expression of its route captures. */
export function templateProblem(template: string, groups = 0): string | null {
  for (const [whole, name = ''] of template.matchAll(PLACEHOLDER)) {
    const isGroup = /^[1-9]\d?$/.test(name) && Number(name) <= groups;
    if (isGroup || name === 'schema' || name === 'table') continue;
    const captured = groups === 0 ? '' : `, and {1} to {${groups}} for what its match captures`;
    return `${whole} is not known; there are {schema} and {table}${captured}`;
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
 * Tables that differ in the template, or in what it takes from them, never share a topic: the second one is refused by
 * name.
 */
export class TopicNames {
  readonly #taken = new Map<string, { values: string; table: string }>();

  /** `captured`: by the groups of its route's regular expression. */
  of(table: Table, template: string, captured: readonly string[] = []): string {
    const values: string[] = [template];
    const topic = template.replaceAll(PLACEHOLDER, (_, name: string) => {
      const value = valueOfName(name, table, captured);
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
        {
          hint: 'Change the topic template so that they differ, or exclude one of them; to bring them together, match both by one route.',
        },
      );
    }
  }
}

function valueOfName(name: string, table: Table, captured: readonly string[]): string {
  switch (name) {
    case 'schema':
      return table.schema;
    case 'table':
      return table.name;
    default:
      return captured[Number(name) - 1] ?? '';
  }
}

function encode(character: string): string {
  return `_u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function refuseIllegal(topic: string, table: Table): void {
  if (topic.length <= NAME_LENGTH_MAX && topic !== '' && topic !== '.' && topic !== '..') return;
  throw new RowtideError('SINK_REFUSED', `table ${table.schema}.${table.name} gives no valid topic name: ${topic}`, {
    hint: `A topic name has 1 to ${NAME_LENGTH_MAX} characters and is not "." or "..": change the topic template.`,
  });
}

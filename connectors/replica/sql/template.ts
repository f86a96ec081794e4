import type { Table } from 'rowtide';

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** What is wrong with a template, or null. `groups`: how many the regular expression of its route captures. */
export function templateProblem(template: string, groups: number): string | null {
  for (const [whole, name = ''] of template.matchAll(PLACEHOLDER)) {
    const isGroup = /^[1-9]\d?$/.test(name) && Number(name) <= groups;
    if (isGroup || name === 'schema' || name === 'table' || name === 'source') continue;
    const captured = groups === 0 ? '' : `, and {1} to {${groups}} for what its match captures`;
    return `${whole} is not known; there are {schema}, {table} and {source}${captured}`;
  }
  return null;
}

export interface Filling {
  readonly table: Pick<Table, 'schema' | 'name'>;
  /** By the groups of its route's regular expression. */
  readonly captured: readonly string[];
  /** What the source is called. */
  readonly source: string;
}

export function filled(template: string, { table, captured, source }: Filling): string {
  return template.replaceAll(PLACEHOLDER, (_, name: string) => {
    if (name === 'schema') return table.schema;
    if (name === 'table') return table.name;
    if (name === 'source') return source;
    return captured[Number(name) - 1] ?? '';
  });
}

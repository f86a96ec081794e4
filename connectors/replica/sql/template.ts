import type { Table } from 'rowtide';

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** What is wrong with a template, or null. `groups`: how many the regular expression of its route captures. */
export function templateProblem(template: string, groups: number): string | null {
  for (const [whole, name = ''] of template.matchAll(PLACEHOLDER)) {
    const isGroup = /^[1-9]\d?$/.test(name) && Number(name) <= groups;
    if (isGroup || name === 'schema' || name === 'table') continue;
    const captured = groups === 0 ? '' : `, and {1} to {${groups}} for what its match captures`;
    return `${whole} is not known; there are {schema} and {table}${captured}`;
  }
  return null;
}

/** `captured`: by the groups of its route's regular expression. */
export function filled(template: string, table: Pick<Table, 'schema' | 'name'>, captured: readonly string[]): string {
  return template.replaceAll(PLACEHOLDER, (_, name: string) => {
    if (name === 'schema') return table.schema;
    if (name === 'table') return table.name;
    return captured[Number(name) - 1] ?? '';
  });
}

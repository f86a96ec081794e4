import type { ColumnDefinition, KeyDefinition, TableDefinition } from '../definition.js';

/**
 * Why two tables cannot take the same rows in the same way, in a sentence without its end; null if they can. The order of
 * columns, keys that are not unique, collations and defaults are not looked at: rows are written by name, and text by its
 * characters.
 */
export function difference(left: TableDefinition, right: TableDefinition): string | null {
  const rights = new Map(right.columns.map((column) => [column.name.toLowerCase(), column]));
  for (const column of left.columns) {
    const other = rights.get(column.name.toLowerCase());
    if (other === undefined) return `one has a column ${column.name}, and the other has not`;
    rights.delete(column.name.toLowerCase());
    const [is, isThere] = [typeText(column), typeText(other)];
    if (is !== isThere) return `column ${column.name} is ${is} in one, and ${isThere} in the other`;
  }
  const [more] = rights.values();
  if (more !== undefined) return `one has a column ${more.name}, and the other has not`;
  return keyDifference(left.keys, right.keys);
}

function keyDifference(left: readonly KeyDefinition[], right: readonly KeyDefinition[]): string | null {
  const rights = right.filter(({ unique }) => unique).map(keyText);
  for (const key of left.filter(({ unique }) => unique).map(keyText)) {
    const at = rights.indexOf(key);
    if (at < 0) return `one has a ${key}, and the other has not`;
    rights.splice(at, 1);
  }
  return rights.length === 0 ? null : `one has a ${rights[0]}, and the other has not`;
}

/** Which key of several columns is which, its name apart. */
function keyText({ parts }: KeyDefinition): string {
  const names = parts.map(
    ({ column, prefix }) => `${(column ?? '…').toLowerCase()}${prefix === null ? '' : `(${prefix})`}`,
  );
  return `unique key over ${names.join(', ')}`;
}

function typeText(column: ColumnDefinition): string {
  const { length, scale, fractionDigits, unsigned, labels, nullable, generated } = column;
  const counts = [length, scale].filter((each) => each !== null);
  const measure = fractionDigits > 0 ? [fractionDigits] : counts;
  return [
    // MariaDB's JSON is the other one.
    column.type === 'json' ? 'longtext' : column.type,
    measure.length > 0 ? `(${measure.join(', ')})` : '',
    labels === null ? '' : `(${labels.map((label) => `'${label}'`).join(', ')})`,
    unsigned ? ' unsigned' : '',
    generated === null ? '' : ' generated',
    nullable ? '' : ' not null',
  ].join('');
}

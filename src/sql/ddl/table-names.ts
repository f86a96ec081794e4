import type { Dialect } from '../../core/dialect.js';
import { lex, type Token } from '../lexer.js';
import type { TableName } from './statement.js';

/** A table's name in the text of a statement, from its first character to behind its last. */
interface PlacedName extends TableName {
  readonly from: number;
  readonly to: number;
}

/**
 * CREATE TABLE, ALTER TABLE, CREATE INDEX and DROP INDEX with other names of tables, also behind REFERENCES; the rest of
 * the text stays as it was written. Throws DDL_UNKNOWN for what no server would have accepted.
 */
export function withTableNames(
  sql: string,
  dialect: Dialect,
  rename: (table: TableName) => { readonly schema: string; readonly name: string },
): string {
  let text = '';
  let at = 0;
  for (const { from, to, ...table } of namesIn(sql, lex(sql, dialect))) {
    const { schema, name } = rename(table);
    text += `${sql.slice(at, from)}${quoted(schema)}.${quoted(name)}`;
    at = to;
  }
  return text + sql.slice(at);
}

/** The table of a TRUNCATE; null for any other statement. */
export function truncatedTable(sql: string, dialect: Dialect): TableName | null {
  const tokens = lex(sql, dialect);
  if (!isWord(tokens[0]!, 'TRUNCATE')) return null;
  const { schema, name } = nameAt(sql, tokens, isWord(tokens[1]!, 'TABLE') ? 2 : 1);
  return { schema, name };
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function namesIn(sql: string, tokens: readonly Token[]): PlacedName[] {
  const names: PlacedName[] = [];
  const opening = tokens.findIndex((token) => token.kind === 'symbol' && token.text === '(');
  const head = tokens.slice(0, opening < 0 ? tokens.length : opening);
  const isOfIndex = head.some((token) => isWord(token, 'INDEX')) && !head.some((token) => isWord(token, 'TABLE'));
  const subject = head.findIndex((token) => isWord(token, isOfIndex ? 'ON' : 'TABLE'));
  for (let i = 0; i < tokens.length; i++) {
    if (i !== subject && !isWord(tokens[i]!, 'REFERENCES')) continue;
    let next = i + 1;
    while (isWord(tokens[next]!, 'IF') || isWord(tokens[next]!, 'NOT') || isWord(tokens[next]!, 'EXISTS')) next++;
    names.push(nameAt(sql, tokens, next));
  }
  return names;
}

function isWord(token: Token, upper: string): boolean {
  return token.kind === 'word' && token.upper === upper;
}

function nameAt(sql: string, tokens: readonly Token[], at: number): PlacedName {
  const [first, dot, second] = [tokens[at]!, tokens[at + 1], tokens[at + 2]];
  const isQualified = dot?.kind === 'symbol' && dot.text === '.' && second !== undefined;
  const last = isQualified ? second : first;
  return {
    schema: isQualified ? textOf(first) : null,
    name: textOf(last),
    from: first.at,
    to: endOf(sql, last),
  };
}

function textOf(token: Token): string {
  return token.kind === 'word' || token.kind === 'name' ? token.text : '';
}

/** Names in quotes have these in their text twice. */
function endOf(sql: string, token: Token): number {
  if (token.kind !== 'name') return token.at + textOf(token).length;
  const quote = sql[token.at]!;
  return token.at + 2 + token.text.replaceAll(quote, quote + quote).length;
}

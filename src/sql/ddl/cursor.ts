import type { Dialect } from '../../core/dialect.js';
import { RowtideError } from '../../core/errors.js';
import type { Token } from '../lexer.js';
import type { NamedTable, TableName } from './statement.js';

/** Reads the tokens of one statement from left to right. */
export class Cursor {
  readonly dialect: Dialect;
  /** The tables that were named up to here, and where in the text. */
  readonly tables: NamedTable[] = [];
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[], dialect: Dialect) {
    this.#tokens = tokens;
    this.dialect = dialect;
  }

  get token(): Token {
    return this.#tokens[this.#next]!;
  }

  get isAtEnd(): boolean {
    return this.token.kind === 'end' || this.isSymbol(';');
  }

  skip(): void {
    if (this.token.kind !== 'end') this.#next++;
  }

  /** True if the next tokens are these keywords; 'A|B' is either of them. */
  sees(...words: readonly string[]): boolean {
    return words.every((alternatives, i) => {
      const token = this.#tokens[this.#next + i];
      return token?.kind === 'word' && alternatives.split('|').includes(token.upper);
    });
  }

  /** Passes the keywords if they are all there. */
  accept(...words: readonly string[]): boolean {
    if (!this.sees(...words)) return false;
    this.#next += words.length;
    return true;
  }

  expect(...words: readonly string[]): void {
    if (!this.accept(...words)) throw this.refuse(`${words.join(' ')} should stand there`);
  }

  isSymbol(text: string): boolean {
    return this.token.kind === 'symbol' && this.token.text === text;
  }

  acceptSymbol(text: string): boolean {
    if (!this.isSymbol(text)) return false;
    this.#next++;
    return true;
  }

  expectSymbol(text: string): void {
    if (!this.acceptSymbol(text)) throw this.refuse(`${text} should stand there`);
  }

  /** The token behind the next one is this symbol. */
  isFollowedBy(text: string): boolean {
    const token = this.#tokens[this.#next + 1];
    return token?.kind === 'symbol' && token.text === text;
  }

  /** A name, bare or in quotes. */
  name(): string {
    const { token } = this;
    if (token.kind !== 'word' && token.kind !== 'name') throw this.refuse('a name should stand there');
    this.#next++;
    return token.text;
  }

  tableName(): TableName {
    const from = this.token.at;
    const first = this.name();
    const table = this.acceptSymbol('.') ? { schema: first, name: this.name() } : { schema: null, name: first };
    this.tables.push({ table, from, to: this.token.at });
    return table;
  }

  /** Comma-separated, at least one. */
  list<T>(read: () => T): T[] {
    const items = [read()];
    while (this.acceptSymbol(',')) items.push(read());
    return items;
  }

  /** A name of a character set or collation, which may stand in quotes of any kind. */
  nameOrString(): string {
    const { token } = this;
    if (token.kind !== 'string') return this.name();
    this.#next++;
    return token.text;
  }

  integer(): number {
    const { token } = this;
    if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw this.refuse('a number should stand there');
    this.#next++;
    return Number(token.text);
  }

  ifExists(): boolean {
    return this.accept('IF', 'EXISTS');
  }

  ifNotExists(): boolean {
    return this.accept('IF', 'NOT', 'EXISTS');
  }

  /** From an opening parenthesis behind its closing one; false if there is none. */
  skipParentheses(): boolean {
    if (!this.isSymbol('(')) return false;
    let depth = 0;
    do {
      if (this.token.kind === 'end') throw this.refuse('a parenthesis is not closed');
      if (this.isSymbol('(')) depth++;
      if (this.isSymbol(')')) depth--;
      this.skip();
    } while (depth > 0);
    return true;
  }

  /** Up to the next comma or closing parenthesis that belongs to no inner pair. */
  skipItem(): void {
    while (!this.isAtEnd && !this.isSymbol(',') && !this.isSymbol(')')) {
      if (!this.skipParentheses()) this.skip();
    }
  }

  refuse(why: string): RowtideError {
    const { token } = this;
    const place = token.kind === 'end' ? 'at its end' : `at its character ${token.at + 1}`;
    return new RowtideError('DDL_UNKNOWN', `${why}, ${place}`);
  }
}

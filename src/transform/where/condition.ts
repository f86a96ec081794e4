import type { RowtideError } from '../../core/errors.js';
import { notACondition, type Token, tokens } from './lexer.js';
import { exactNumber, type Literal } from './literal.js';

export type Operator = '=' | '<>' | '<' | '<=' | '>' | '>=' | '<=>';

/** What a row has to be. IN and BETWEEN are made of comparisons. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'is-null'; readonly column: string }
  | { readonly kind: 'compare'; readonly column: string; readonly operator: Operator; readonly literal: Literal }
  | { readonly kind: 'like'; readonly column: string; readonly pattern: string; readonly escapedBy: string };

/**
 * Reads a condition that begins at `from` in `text`, by the server's own precedences:
 *
 *   or        = and { OR and }
 *   and       = not { AND not }
 *   not       = NOT not | '(' or ')' | predicate
 *   predicate = column ( '=' | '<>' | '!=' | '<' | '<=' | '>' | '>=' | '<=>' ) literal
 *             | column [NOT] IN '(' literal { ',' literal } ')'
 *             | column [NOT] BETWEEN literal AND literal
 *             | column [NOT] LIKE string [ESCAPE string]
 *             | column IS [NOT] NULL
 *   literal   = [+-] number | string | hex | TRUE | FALSE | NULL
 *
 * Throws USAGE, whose message names the character.
 */
export function parseCondition(text: string, from = 0): Condition {
  return new Parser(text, from).whole();
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  '<=>': '<=>',
};

/** A person writes a few; far below what the stack takes. */
const DEPTH_MAX = 200;

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(text: string, from: number) {
    this.#text = text;
    this.#tokens = tokens(text, from);
  }

  whole(): Condition {
    const condition = this.#or();
    if (this.#peek.kind !== 'end') throw this.#expected('AND, OR or the end is');
    return condition;
  }

  #or(): Condition {
    return this.#joined('or', () => this.#and());
  }

  #and(): Condition {
    return this.#joined('and', () => this.#not());
  }

  #joined(kind: 'and' | 'or', part: () => Condition): Condition {
    const first = part();
    const parts = [first];
    while (this.#takeWord(kind)) parts.push(part());
    return parts.length === 1 ? first : { kind, parts };
  }

  #not(): Condition {
    if (++this.#depth > DEPTH_MAX) throw this.#wrong(`more than ${DEPTH_MAX} levels`);
    try {
      if (this.#takeWord('not')) return { kind: 'not', of: this.#not() };
      if (!this.#takeSymbol('(')) return this.#predicate();
      const inner = this.#or();
      this.#needSymbol(')');
      return inner;
    } finally {
      this.#depth--;
    }
  }

  #predicate(): Condition {
    const column = this.#column();
    const operator = this.#peek.kind === 'symbol' ? OPERATORS[this.#peek.text] : undefined;
    if (operator !== undefined) {
      this.#take();
      return { kind: 'compare', column, operator, literal: this.#literal() };
    }
    if (this.#takeWord('is')) {
      const negated = this.#takeWord('not');
      this.#needWord('null');
      return unless(negated, { kind: 'is-null', column });
    }
    const negated = this.#takeWord('not');
    if (this.#takeWord('in')) return unless(negated, this.#in(column));
    if (this.#takeWord('between')) return unless(negated, this.#between(column));
    if (this.#takeWord('like')) return unless(negated, this.#like(column));
    throw this.#expected(negated ? 'IN, BETWEEN or LIKE is' : 'an operator is');
  }

  #in(column: string): Condition {
    this.#needSymbol('(');
    const parts: Condition[] = [];
    do parts.push({ kind: 'compare', column, operator: '=', literal: this.#literal() });
    while (this.#takeSymbol(','));
    this.#needSymbol(')');
    return { kind: 'or', parts };
  }

  #between(column: string): Condition {
    const least = this.#literal();
    this.#needWord('and');
    const parts: Condition[] = [
      { kind: 'compare', column, operator: '>=', literal: least },
      { kind: 'compare', column, operator: '<=', literal: this.#literal() },
    ];
    return { kind: 'and', parts };
  }

  #like(column: string): Condition {
    const pattern = this.#string();
    if (!this.#takeWord('escape')) return { kind: 'like', column, pattern, escapedBy: '\\' };
    const { at } = this.#peek;
    const escapedBy = this.#string();
    if (Array.from(escapedBy).length > 1) throw notACondition(this.#text, at, 'ESCAPE takes one character');
    return { kind: 'like', column, pattern, escapedBy };
  }

  #column(): string {
    const token = this.#peek;
    const isName = token.kind === 'name' || (token.kind === 'word' && !KEYWORDS.has(token.text.toLowerCase()));
    if (!isName) throw this.#expected('the name of a column is');
    this.#take();
    return token.text;
  }

  #literal(): Literal {
    const sign = this.#peek.kind === 'symbol' && '+-'.includes(this.#peek.text) ? this.#take().text : '';
    const token = this.#peek;
    const wanted = sign === '' ? 'a value is' : 'a number is';
    if (sign !== '' && token.kind !== 'number') throw this.#expected(wanted);
    switch (token.kind) {
      case 'number': {
        const number = exactNumber(token.text, sign === '-');
        if (number === null) throw this.#wrong('the exponent is beyond every column');
        this.#take();
        return number;
      }
      case 'text':
        return { kind: 'text', text: this.#take().text };
      case 'hex':
        return { kind: 'hex', bytes: Buffer.from(this.#take().text, 'hex') };
      case 'word': {
        const named = NAMED.get(token.text.toLowerCase());
        if (named === undefined) throw this.#expected(wanted);
        this.#take();
        return named;
      }
      default:
        throw this.#expected(wanted);
    }
  }

  #string(): string {
    if (this.#peek.kind !== 'text') throw this.#expected('a string in quotes is');
    return this.#take().text;
  }

  get #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  #take(): Token {
    return this.#tokens[this.#next++]!;
  }

  #takeWord(word: string): boolean {
    const isIt = this.#peek.kind === 'word' && this.#peek.text.toLowerCase() === word;
    if (isIt) this.#take();
    return isIt;
  }

  #takeSymbol(symbol: string): boolean {
    const isIt = this.#peek.kind === 'symbol' && this.#peek.text === symbol;
    if (isIt) this.#take();
    return isIt;
  }

  #needWord(word: string): void {
    if (!this.#takeWord(word)) throw this.#expected(`${word.toUpperCase()} is`);
  }

  #needSymbol(symbol: string): void {
    if (!this.#takeSymbol(symbol)) throw this.#expected(`${JSON.stringify(symbol)} is`);
  }

  #expected(what: string): RowtideError {
    return this.#wrong(`${what} expected`);
  }

  #wrong(what: string): RowtideError {
    return notACondition(this.#text, this.#peek.at, what);
  }
}

const KEYWORDS = new Set(['and', 'or', 'not', 'in', 'between', 'like', 'escape', 'is', 'null', 'true', 'false']);

const NAMED: ReadonlyMap<string, Literal> = new Map<string, Literal>([
  ['null', { kind: 'null' }],
  ['true', { kind: 'number', negative: false, whole: '1', fraction: '' }],
  ['false', { kind: 'number', negative: false, whole: '', fraction: '' }],
]);

function unless(negated: boolean, condition: Condition): Condition {
  return negated ? { kind: 'not', of: condition } : condition;
}

import type { Dialect } from '../core/dialect.js';
import { RowtideError } from '../core/errors.js';

export type Token =
  /** Bare, in upper case as well: a keyword where one may stand, else a name. */
  | { readonly kind: 'word'; readonly text: string; readonly upper: string; readonly at: number }
  /** A name in quotes, without them. */
  | { readonly kind: 'name'; readonly text: string; readonly at: number }
  | { readonly kind: 'string'; readonly text: string; readonly at: number }
  /** x'41', 0x41, b'01': text whose character set is that of the place where it stands. */
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly at: number }
  | { readonly kind: 'number'; readonly text: string; readonly at: number }
  /** Every other character by itself. */
  | { readonly kind: 'symbol'; readonly text: string; readonly at: number }
  | { readonly kind: 'end'; readonly at: number };

/**
 * The tokens of a statement, the last of them `end`. What stands in comments is left out, unless the server executed it:
 * MySQL's conditional comments open with /*! and a version, MariaDB's own with /*M!. MariaDB passes over those from
 * 50700 to 99999, which are MySQL's alone. Throws DDL_UNKNOWN for what no server would have accepted.
 */
export function lex(sql: string, dialect: Dialect): Token[] {
  return new Lexer(sql, dialect).tokens();
}

const SPACE = /\s+/y;
const LINE_COMMENT = /(?:#|--(?=\s|$))[^\n]*/y;
const EXECUTABLE = /\/\*(M?)!(\d{5,6}(?!\d))?/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w$\u0080-\uffff])/y;
const HEX = /0x([0-9a-fA-F]+)(?![\w$\u0080-\uffff])|[xX]'([0-9a-fA-F]*)'/y;
const BITS = /0b([01]+)(?![\w$\u0080-\uffff])|[bB]'([01]*)'/y;
const WORD = /[\w$\u0080-\uffff]+/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  b: '\b',
  n: '\n',
  r: '\r',
  t: '\t',
  Z: '\x1a',
  // Kept for LIKE, where they mean the character and not the wildcard.
  '%': '\\%',
  _: '\\_',
};
/** MySQL's versions beyond those that MariaDB follows. */
const MYSQL_ONLY = { first: 50_700, last: 99_999 } as const;

class Lexer {
  readonly #sql: string;
  readonly #dialect: Dialect;
  readonly #tokens: Token[] = [];
  #at = 0;
  /** Inside of a comment whose content is executed. */
  #executing = false;

  constructor(sql: string, dialect: Dialect) {
    this.#sql = sql;
    this.#dialect = dialect;
  }

  tokens(): Token[] {
    while (this.#at < this.#sql.length) {
      if (this.#skipBlank()) continue;
      const at = this.#at;
      this.#tokens.push(this.#token(at));
    }
    if (this.#executing) throw notLexed('an executable comment does not end', this.#sql.length);
    this.#tokens.push({ kind: 'end', at: this.#sql.length });
    return this.#tokens;
  }

  #token(at: number): Token {
    const char = this.#sql[at]!;
    if (char === '`' || (char === '"' && this.#dialect.ansiQuotes)) {
      return { kind: 'name', text: this.#quoted(char, false), at };
    }
    if (char === "'" || char === '"') {
      return { kind: 'string', text: this.#quoted(char, !this.#dialect.noBackslashEscapes), at };
    }
    // Around the dot behind a name stands no number: shop.2024, shop.0x1f.
    return this.#isQualified(at) ? this.#word(at) : this.#literal(at);
  }

  #literal(at: number): Token {
    const hex = this.#match(HEX);
    if (hex !== null) {
      const digits = hex[1] ?? hex[2]!;
      return { kind: 'bytes', bytes: Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex'), at };
    }
    const bits = this.#match(BITS);
    if (bits !== null) return { kind: 'bytes', bytes: bytesOfBits(bits[1] ?? bits[2]!), at };
    const number = this.#match(NUMBER);
    if (number !== null) return { kind: 'number', text: number[0], at };
    return this.#word(at);
  }

  #word(at: number): Token {
    const word = this.#match(WORD);
    if (word !== null) return { kind: 'word', text: word[0], upper: word[0].toUpperCase(), at };
    this.#at++;
    return { kind: 'symbol', text: this.#sql[at]!, at };
  }

  /** At the dot that follows a name without a blank between, or behind such a dot. */
  #isQualified(at: number): boolean {
    const last = this.#tokens.at(-1);
    if (last?.kind === 'symbol' && last.text === '.') return true;
    return this.#sql[at] === '.' && (last?.kind === 'word' || last?.kind === 'name') && /\S/.test(this.#sql[at - 1]!);
  }

  /** True if there was something to leave out. */
  #skipBlank(): boolean {
    if (this.#match(SPACE) !== null || this.#match(LINE_COMMENT) !== null) return true;
    if (this.#executing && this.#sql.startsWith('*/', this.#at)) {
      this.#executing = false;
      this.#at += 2;
      return true;
    }
    if (!this.#sql.startsWith('/*', this.#at)) return false;
    const executable = this.#match(EXECUTABLE);
    if (executable !== null && this.#executes(executable[1] === 'M', executable[2])) this.#executing = true;
    else this.#skipComment(executable !== null);
    return true;
  }

  #executes(isMariadbs: boolean, written: string | undefined): boolean {
    const { flavour, version } = this.#dialect;
    if (this.#executing || (isMariadbs && flavour === 'mysql')) return false;
    const since = Number(written ?? 0);
    if (!isMariadbs && flavour === 'mariadb' && since >= MYSQL_ONLY.first && since <= MYSQL_ONLY.last) return false;
    return since <= version;
  }

  /** Comments that are not executed may hold one another, unlike plain ones. */
  #skipComment(isExecutable: boolean): void {
    const from = this.#at;
    this.#at = isExecutable ? from : from + 2;
    for (let depth = 1; depth > 0; ) {
      const next = /\/\*|\*\//g;
      next.lastIndex = this.#at;
      const found = next.exec(this.#sql);
      if (found === null) throw notLexed('a comment does not end', from);
      this.#at = next.lastIndex;
      if (found[0] === '*/') depth--;
      else if (isExecutable) depth++;
    }
  }

  #quoted(quote: string, escapes: boolean): string {
    const from = this.#at++;
    let text = '';
    for (;;) {
      const char = this.#sql[this.#at++];
      if (char === undefined) throw notLexed(`${quote} is not closed`, from);
      if (char === quote) {
        if (this.#sql[this.#at] !== quote) return text;
        this.#at++;
        text += quote;
      } else if (escapes && char === '\\') {
        const escaped = this.#sql[this.#at++] ?? '';
        text += ESCAPES[escaped] ?? escaped;
      } else text += char;
    }
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#sql);
    if (found !== null) this.#at = pattern.lastIndex;
    return found;
  }
}

function bytesOfBits(bits: string): Buffer {
  const padded = bits.padStart(Math.ceil(bits.length / 8) * 8, '0');
  return Buffer.from(padded.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
}

function notLexed(what: string, at: number): RowtideError {
  return new RowtideError('DDL_UNKNOWN', `${what}, from its character ${at + 1} on`);
}

import { RowtideError } from '../core/errors.js';

/** What is said of a text's character set; null: not said. COLLATE DEFAULT is a name as well. */
export interface CharsetName {
  readonly charset: string | null;
  readonly collation: string | null;
}

/** A collation as INFORMATION_SCHEMA lists it. */
export interface CollationFacts {
  readonly name: string;
  readonly charset: string;
  readonly id: number;
  readonly isDefault: boolean;
  /** Bytes of the longest character. */
  readonly bytesMax: number;
}

/** The collations of the server that logged a statement; without any, names are taken as they are. */
export class Collations {
  readonly facts: readonly CollationFacts[];
  readonly #byName: ReadonlyMap<string, CollationFacts>;
  readonly #byId: ReadonlyMap<number, CollationFacts>;
  readonly #defaults: ReadonlyMap<string, CollationFacts>;

  constructor(facts: readonly CollationFacts[]) {
    this.facts = facts;
    this.#byName = new Map(facts.map((each) => [each.name, each]));
    this.#byId = new Map(facts.map((each) => [each.id, each]));
    this.#defaults = new Map(facts.filter(({ isDefault }) => isDefault).map((each) => [each.charset, each]));
  }

  idOf(collation: string): number | null {
    return this.#byName.get(collation)?.id ?? null;
  }

  nameOf(id: number | null): string {
    return (id === null ? undefined : this.#byId.get(id)?.name) ?? '';
  }

  bytesMaxOf(collation: string): number | null {
    return this.#byName.get(collation)?.bytesMax ?? null;
  }

  /** The collation that was said, or the character set's own one, or `around`; empty where it cannot be known. */
  resolve(said: CharsetName, around: string, defaults: ReadonlyMap<number, number>): string {
    const { charset, collation } = said;
    const own = charset ?? this.#charsetOf(around);
    if (collation !== null && !isDefault(collation)) return this.#collation(collation.toLowerCase(), own);
    if (charset === null && collation === null) return around;
    return own === null ? '' : this.defaultOf(own, defaults);
  }

  /** `defaults`: which collation a session put in the place of a character set's own, by their ids. */
  defaultOf(charset: string, defaults: ReadonlyMap<number, number>): string {
    if (this.facts.length === 0) return '';
    const own = this.#defaults.get(this.#alias(charset.toLowerCase(), (name) => this.#defaults.has(name)));
    if (own === undefined) throw unknown(`character set ${charset}`);
    const instead = defaults.get(own.id);
    return instead === undefined ? own.name : (this.#byId.get(instead)?.name ?? own.name);
  }

  /** CHAR(5) BINARY. */
  binaryOf(collation: string): string {
    return collation === '' || collation === 'binary'
      ? collation
      : this.#collation(`${this.#charsetOf(collation)}_bin`, null);
  }

  /** MariaDB also has names without a character set: uca1400_ai_ci. */
  #collation(name: string, charset: string | null): string {
    if (this.facts.length === 0) return '';
    const candidates = charset === null ? [name] : [name, `${charset.toLowerCase()}_${name}`];
    for (const candidate of candidates) {
      const found = this.#byName.get(this.#alias(candidate, (each) => this.#byName.has(each)));
      if (found !== undefined) return found.name;
    }
    throw unknown(`collation ${name}`);
  }

  #charsetOf(collation: string): string | null {
    return this.#byName.get(collation)?.charset ?? null;
  }

  /** `utf8` and `utf8mb3` are one, and each server lists only one of both. */
  #alias(name: string, isThere: (name: string) => boolean): string {
    if (isThere(name)) return name;
    if (/^utf8(_|$)/.test(name)) return name.replace(/^utf8/, 'utf8mb3');
    return name.replace(/^utf8mb3(?=_|$)/, 'utf8');
  }
}

/** CHARACTER SET DEFAULT, COLLATE DEFAULT. */
export function isDefault(name: string): boolean {
  return name.toUpperCase() === 'DEFAULT';
}

function unknown(what: string): RowtideError {
  return new RowtideError('DDL_UNKNOWN', `the server has no ${what}`);
}

import {
  COMMON_COLLATIONS,
  MARIADB_COLLATIONS,
  MYSQL_COLLATIONS,
  UCA1400_FIRST,
  UCA1400_LANGUAGES,
} from './collation-list.js';

export interface CollationName {
  readonly charset: string;
  readonly name: string;
}

type Names = ReadonlyMap<number, CollationName>;

const known: { mysql?: Names; mariadb?: Names } = {};

/** What a server calls a collation; null for an id that it does not know. */
export function collationName(id: number, server: keyof typeof known): CollationName | null {
  known[server] ??= server === 'mysql' ? mysqlNames() : mariadbNames();
  return known[server].get(id) ?? null;
}

function mysqlNames(): Names {
  return namesIn(COMMON_COLLATIONS, MYSQL_COLLATIONS);
}

function mariadbNames(): Names {
  return new Map([...namesIn(COMMON_COLLATIONS, MARIADB_COLLATIONS), ...uca1400Names()]);
}

function namesIn(...lists: readonly Readonly<Record<string, string>>[]): Map<number, CollationName> {
  const names = new Map<number, CollationName>();
  for (const [charset, list] of lists.flatMap((each) => Object.entries(each))) {
    for (const [id, rest] of list.split(' ').map((each) => each.split(':'))) {
      names.set(Number(id), { charset, name: rest === undefined ? charset : `${charset}_${rest}` });
    }
  }
  return names;
}

/** By the lowest three bits of the id. */
const VARIANTS = ['ai_ci', 'ai_cs', 'as_ci', 'as_cs', ...['ai_ci', 'ai_cs', 'as_ci', 'as_cs'].map((v) => `nopad_${v}`)];

function* uca1400Names(): Generator<[number, CollationName]> {
  for (const [charset, first] of Object.entries(UCA1400_FIRST)) {
    for (const [i, language] of UCA1400_LANGUAGES.entries()) {
      if (language === null) continue;
      for (const [variant, suffix] of VARIANTS.entries()) {
        const name = [charset, 'uca1400', language, suffix].filter((part) => part !== '').join('_');
        yield [first + i * VARIANTS.length + variant, { charset, name }];
      }
    }
  }
}

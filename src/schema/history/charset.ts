import { RowtideError } from '../../core/errors.js';
import type { CharsetOption } from '../../sql/ddl/statement.js';
import { type Collations, isDefault } from '../collations.js';
import type { DdlSession } from './session.js';

/** A table or schema whose collation a statement says. Collations are empty where they are not known. */
export interface CollationScope {
  readonly collations: Collations;
  readonly session: DdlSession;
  /** Its collation before the statement; if it is new, that of what is around it. */
  readonly own: string;
  /** The schema's, or for a schema the server's: where DEFAULT comes from. */
  readonly around: string;
}

/** Options that stand together; CONVERT TO also says what becomes of all text columns. */
export interface CharsetStep {
  readonly converts: boolean;
  readonly options: readonly CharsetOption[];
}

export interface CollationsAfter {
  readonly own: string;
  /** What text columns are converted to; null: they stay. */
  readonly columns: string | null;
}

type Rule = (steps: readonly CharsetStep[], scope: CollationScope) => CollationsAfter;

/** The collations behind a statement. Throws DDL_UNKNOWN where the log does not tell them. */
export function collationsAfter(steps: readonly CharsetStep[], scope: CollationScope): CollationsAfter {
  const [first, ...others] = rulesOf(scope.session).map((rule) => rule(steps, scope));
  if (others.some(({ own, columns }) => own !== first!.own || columns !== first!.columns))
    throw untold('servers of its version put these character sets and collations together differently');
  return first!;
}

/** All that a server of this version may follow: it is not known which release changed its mind. */
function rulesOf({ flavour, version }: DdlSession): Rule[] {
  if (flavour === 'mariadb') return version >= 101_100 ? [together] : [lastWins, together];
  if (version < 80_027) return [lastWins];
  return version < 80_032 ? [lastWins, collationStays] : [collationStays];
}

/** A character set forgets the collation that was said before it. */
const lastWins: Rule = (steps, scope) => inOrder(steps, scope, false);

/** COLLATE utf8mb4_bin CHARACTER SET utf8mb4 is utf8mb4_bin. CONVERT TO forgets it even so. */
const collationStays: Rule = (steps, scope) => inOrder(steps, scope, true);

function inOrder(
  steps: readonly CharsetStep[],
  { collations, session, own, around }: CollationScope,
  stays: boolean,
): CollationsAfter {
  let after = own;
  let columns: string | null = null;
  let isSaid = false;
  // default_collation_for_utf8mb4 is for statements without any COLLATE.
  const saysCollation = steps.some(({ options }) => options.some(({ what }) => what === 'collation'));
  const defaults = saysCollation && session.version >= 80_000 ? new Map() : session.defaultCollations;
  for (const { converts, options } of steps) {
    for (const { what, name } of options) {
      if (isDefault(name)) {
        if (converts) throw untold('its conversion is to what USE found, which the log does not tell');
        after = around;
      } else if (what === 'collation') {
        after = collations.resolve({ charset: null, collation: name }, '', defaults);
        isSaid = true;
      } else if (converts || !(stays && isSaid)) after = collations.defaultOf(name, defaults);
    }
    if (converts) columns = after;
  }
  return { own: after, columns };
}

/** The order does not matter, and a conversion leaves alone what other options say of the table. */
const together: Rule = (steps, scope) => {
  const said = (converts: boolean): CharsetOption[] =>
    steps.filter((step) => step.converts === converts).flatMap(({ options }) => options);
  const [defaults, conversion] = [said(false), said(true)];
  const columns = conversion.length === 0 ? null : merged(conversion, scope);
  return { own: defaults.length === 0 ? (columns ?? scope.own) : merged(defaults, scope), columns };
};

function merged(options: readonly CharsetOption[], { collations, session, own, around }: CollationScope): string {
  const named = (what: CharsetOption['what']): string | null => {
    const names = options.flatMap((each) => (each.what === what && !isDefault(each.name) ? [each.name] : []));
    // uca1400_ai_ci and utf8mb4_uca1400_ai_ci, of which only one names its character set.
    if (new Set(names.map((name) => name.toLowerCase())).size > 1) throw untold(`it says more than one ${what}`);
    return names[0] ?? null;
  };
  const byDefault = (what: CharsetOption['what']): boolean =>
    options.some((each) => each.what === what && isDefault(each.name));
  const [charset, collation] = [named('charset'), named('collation') ?? (byDefault('collation') ? 'DEFAULT' : null)];
  if (!byDefault('charset')) return collations.resolve({ charset, collation }, own, session.defaultCollations);
  if (collation !== null) return collations.resolve({ charset, collation }, around, session.defaultCollations);
  // The one that was compiled in, whatever character_set_collations says.
  return collations.resolve({ charset, collation: 'DEFAULT' }, around, new Map());
}

function untold(why: string): RowtideError {
  return new RowtideError('DDL_UNKNOWN', why);
}

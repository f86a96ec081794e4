import { ACCESS_CHECKS } from './access.js';
import type { Check, Facts, Finding } from './finding.js';
import { LOG_CHECKS } from './log.js';
import { POSITION_CHECKS } from './position.js';

export type NamedFinding = Finding & { readonly name: string };

export const CHECKS: readonly Check[] = [...LOG_CHECKS, ...POSITION_CHECKS, ...ACCESS_CHECKS];

/** What all checks say of a server, in their order; those that do not apply to it say nothing. */
export function examine(facts: Facts): NamedFinding[] {
  return CHECKS.flatMap((each) => {
    const finding = each.check(facts);
    return finding === null ? [] : [{ name: each.name, ...finding }];
  });
}

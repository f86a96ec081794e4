import type { GuardRules } from '../../src/pipeline/guard-rules.js';

/** Those of a guard that is told nothing. */
export const RULES: GuardRules = {
  drop: true,
  truncate: true,
  missingWhere: true,
  deleteRows: null,
  deletePercent: null,
  include: [],
  exclude: [],
  webhook: null,
};

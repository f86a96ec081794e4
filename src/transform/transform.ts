import { type ColumnOptions, columnActions } from './columns/actions.js';
import { type TableFilterOptions, type Transform, tableFilter } from './filter.js';
import { rowFilter, type Where } from './row-filter.js';

/** Which changes pass, and what of them. As `transform` in a configuration. */
export interface TransformOptions extends TableFilterOptions {
  readonly where?: Where;
  readonly columns?: ColumnOptions;
}

/** Tables first, then rows by the values that were logged, then what is done to columns. Throws USAGE. */
export function transformOf(options: TransformOptions): Transform {
  const steps = [tableFilter(options), rowFilter(options.where ?? {}), columnActions(options.columns ?? {})];
  return (transaction) => steps.reduce((each, step) => step(each), transaction);
}

/** What the author of a connector tests with: suites that every sink and store must pass, and changes to feed them. */
export { type SinkSuiteOptions, type SinkTarget, sinkSuite } from './testing/sink-suite.js';
export { type SyntheticSourceOptions, syntheticSource } from './testing/source.js';
export { type StoreSuiteOptions, type StoreTarget, storeSuite } from './testing/store-suite.js';
export {
  gtidOf,
  type Item,
  type ItemChange,
  insertsOf,
  isBehind,
  itemRows,
  itemsTable,
  itemTransaction,
  largeTransaction,
  offsetAfter,
  positionAfter,
  statementTransaction,
  transactionOf,
} from './testing/transactions.js';

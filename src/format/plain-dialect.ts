import type { Dialect } from '../core/dialect.js';

/** Of statements whose session nobody knows. */
export const PLAIN_DIALECT: Dialect = {
  flavour: 'mysql',
  version: 90_700,
  ansiQuotes: false,
  noBackslashEscapes: false,
  realAsFloat: false,
};

/** How the server that logged a statement read its text. */
export interface Dialect {
  readonly flavour: 'mysql' | 'mariadb';
  /** As executable comments write it: 80402, 110802. */
  readonly version: number;
  readonly ansiQuotes: boolean;
  readonly noBackslashEscapes: boolean;
  /** REAL is FLOAT. */
  readonly realAsFloat: boolean;
}

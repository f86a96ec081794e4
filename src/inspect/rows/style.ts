/** Whose output it is, byte for byte: that of mysqlbinlog or of mariadb-binlog. */
export type TextStyle = 'mysql' | 'mariadb';

export interface RowsStyle {
  readonly style: TextStyle;
  /** 2: with the types of the columns. */
  readonly verbose: number;
}

/** Before what a delayed replica stands still by itself, and waits for a person. */
export interface GuardRules {
  /** Statements that drop tables, schemas, columns or partitions, or replace a table. */
  readonly drop: boolean;
  /** Those that empty tables or partitions. */
  readonly truncate: boolean;
  /** UPDATE and DELETE of every row, where the log has the texts of statements. */
  readonly missingWhere: boolean;
  /** More deleted rows of a table than these in one transaction; null: any number is right. */
  readonly deleteRows: number | null;
  /** More of them than this part of the table, in percent; null: any part is right. */
  readonly deletePercent: number | null;
  /** Patterns of the tables that are guarded; none: all. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Where alerts are posted to; null: nowhere. */
  readonly webhook: string | null;
}

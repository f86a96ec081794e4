import { ABSENT_CELL, EMPTY_MEMBER, type Image, isChanged, type RowCursor } from 'rowtide';
import { keyFor, type PlannedColumn, type PlannedKey, refused, type TablePlan } from './plan.js';

/** Parts of statements about the rows of one event: its images all have the same columns, which the first row tells. */
export class RowSql {
  readonly plan: TablePlan;
  /** How rows are found; null: by all that they hold. */
  readonly key: PlannedKey | null;
  readonly #before: readonly PlannedColumn[];
  readonly #after: readonly PlannedColumn[];
  /** The one column of the key. Servers find a list of a SET's numbers by no index. */
  readonly #single: PlannedColumn | null;
  readonly #hasEnums: boolean;
  readonly #addedNames: string;
  readonly #addedLiterals: string;

  constructor(plan: TablePlan, images: { before: Image | null; after: Image | null }) {
    const columnsOf = (image: Image | null): PlannedColumn[] =>
      plan.columns.filter(({ source }) => image !== null && image.at[source.ordinal] !== ABSENT_CELL);
    this.plan = plan;
    this.#before = columnsOf(images.before);
    this.#after = columnsOf(images.after).filter(({ target }) => !target.isGenerated);
    this.key = keyFor(plan, images.before ?? images.after!);
    this.#hasEnums = this.#after.some(({ target }) => target.dataType === 'enum');
    const [first] = this.key?.columns ?? [];
    const isSingle = this.key?.columns.length === 1 && this.key.added.length === 0 && first?.target.dataType !== 'set';
    this.#single = isSingle ? first! : null;
    this.#addedNames = plan.added.map(({ name }) => `, ${name}`).join('');
    this.#addedLiterals = plan.added.map(({ literal }) => `, ${literal}`).join('');
  }

  /** `INSERT INTO t (a, b) VALUES `; the rows follow. */
  insertHead(): string {
    const names = this.#after.map(({ name }) => name).join(', ');
    return `INSERT INTO ${this.plan.name} (${`${names}${this.#addedNames}`.replace(/^, /, '')}) VALUES `;
  }

  /** `(1, 'x')` */
  values(after: Image): string {
    let list = '';
    for (const { sql } of this.#after) list += list === '' ? sql.literal(after) : `, ${sql.literal(after)}`;
    return `(${`${list}${this.#addedLiterals}`.replace(/^, /, '')})`;
  }

  /** `a = 1, b = 'x'`: what the update changed; null when that is nothing which the target has. */
  assignments(before: Image, after: Image): string | null {
    const changed = this.#after.filter(({ source }) => isChanged(before, after, source.ordinal));
    if (changed.length === 0) return null;
    const set = changed.map(({ name, sql }) => `${name} = ${sql.literal(after)}`);
    const kept = this.plan.stamped.filter((column) => !changed.includes(column));
    return [...set, ...kept.map(({ name }) => `${name} = ${name}`)].join(', ');
  }

  /** All columns that the after image has. */
  allAssignments(after: Image): string {
    return this.#after.map(({ name, sql }) => `${name} = ${sql.literal(after)}`).join(', ');
  }

  /** Refuses documents of which only changes were logged, without the document that they are of. */
  refuseUnknown({ after, diffs }: Pick<RowCursor, 'after' | 'diffs'>): void {
    if (diffs === null) return;
    const unknown = [...diffs.keys()].find((ordinal) => after!.at[ordinal] === ABSENT_CELL);
    if (unknown === undefined) return;
    const { source } = this.plan;
    throw refused(
      `only changes of the document ${source.schema}.${source.name}.${source.columns[unknown]!.name} were logged`,
      'Set binlog_row_image = FULL on the source, or binlog_row_value_options without PARTIAL_JSON, and begin behind what was logged before.',
    );
  }

  changesKey(before: Image, after: Image): boolean {
    return this.key?.columns.some(({ source }) => isChanged(before, after, source.ordinal)) ?? true;
  }

  /** How many ENUMs it sets to their empty value. `before` null: all cells count. */
  emptyMembers(before: Image | null, after: Image): number {
    if (!this.#hasEnums) return 0;
    return this.#after.filter(
      ({ source, target, sql }) =>
        target.dataType === 'enum' &&
        (before === null || isChanged(before, after, source.ordinal)) &&
        sql.literal(after) === EMPTY_MEMBER,
    ).length;
  }

  /** The row and no other one, as `whereAny` takes it: of a key of one column its value, else a condition. */
  located(image: Image): string {
    if (this.key === null) return this.#whole(image);
    return this.#single === null ? this.keyWhere(this.key, image) : this.#single.sql.literal(image);
  }

  /** The condition that finds several rows by their key, or one in any way. */
  whereAny(located: readonly string[]): string {
    const single = this.#single;
    if (single !== null) {
      return located.length === 1
        ? single.sql.key(single.name, located[0]!)
        : `${single.name} IN (${located.join(', ')})`;
    }
    return located.length === 1 ? located[0]! : located.map((where) => `(${where})`).join(' OR ');
  }

  keyWhere({ columns, added }: PlannedKey, image: Image): string {
    return [
      ...columns.map(({ name, sql }) => sql.key(name, sql.literal(image))),
      ...added.map(({ name, literal }) => `${name} = ${literal}`),
    ].join(' AND ');
  }

  #whole(image: Image): string {
    const missing = this.plan.columns.find(
      (column) =>
        !this.#before.includes(column) && !column.target.isGenerated && image.at[column.source.ordinal] === ABSENT_CELL,
    );
    if (missing !== undefined) throw imageIncomplete(this.plan, missing);
    const cells = this.#before.filter(({ target }) => !target.isGenerated);
    return [
      ...cells.map(({ name, sql }) => sql.exact(name, sql.literal(image))),
      ...this.plan.added.map(({ name, literal }) => `${name} = ${literal}`),
    ].join(' AND ');
  }
}

function imageIncomplete({ source, target }: TablePlan, { source: column }: PlannedColumn): Error {
  return refused(
    `a row of ${source.schema}.${source.name} was logged without its column ${column.name}, and ${target.schema}.${target.name} has no key to find it by`,
    'Set binlog_row_image = FULL on the source and begin behind what was logged before, or give the table at the target the primary key of the source.',
  );
}

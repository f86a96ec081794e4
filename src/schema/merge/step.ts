import type { TableDefinition } from '../definition.js';
import { difference } from './difference.js';

/** One of the forms that a table of many sources has had; null: there was none. */
export interface TableVersion {
  readonly definition: TableDefinition | null;
  /** The words that made it of the version before, blanks apart; empty for the first one. */
  readonly statement: string;
  /** By the names that columns had in the version before: those that they have. */
  readonly renames: Readonly<Record<string, string>>;
}

/** What a source's statement makes of the version at which that source is. */
export interface Step {
  readonly versions: readonly TableVersion[];
  /** Where the source is among them. */
  readonly at: number;
  readonly after: TableDefinition | null;
  readonly statement: string;
}

export type Verdict =
  /** Another source was first: this one is at that version now. */
  | { readonly kind: 'recognised'; readonly version: number }
  /** This source is the first. */
  | { readonly kind: 'apply' }
  | { readonly kind: 'differs'; readonly why: string };

/**
 * Whether a statement of one source was made already for another one. The first source that comes to it makes it; the
 * others must come to one of the versions that follow theirs, by whatever statements: two at once make what two one
 * after the other make. What cannot be seen in the columns and keys (defaults, comments) is told by its words.
 */
export function mergeStep({ versions, at, after, statement }: Step): Verdict {
  const before = versions[at]?.definition ?? null;
  const isSeen = !isSame(before, after);
  for (let version = at + 1; version < versions.length; version++) {
    const { definition, statement: words } = versions[version]!;
    if (isSame(definition, after) && (isSeen || words === statement)) return { kind: 'recognised', version };
  }
  const next = versions[at + 1];
  if (next === undefined) return { kind: 'apply' };
  return { kind: 'differs', why: whyNot(after, next) };
}

function isSame(left: TableDefinition | null, right: TableDefinition | null): boolean {
  if (left === null || right === null) return left === right;
  return difference(left, right) === null;
}

function whyNot(after: TableDefinition | null, { definition, statement }: TableVersion): string {
  const other = `the source that was first made it with ${statement}`;
  if (after === null || definition === null) return `one has the table after it, and the other has not; ${other}`;
  return `${difference(after, definition) ?? 'the words are other ones'}; ${other}`;
}

/**
 * What becomes of a column of a source that is still at an older version: its name in the last one, or null where it is
 * gone by then.
 */
export function laterName(column: string, versions: readonly TableVersion[], at: number): string | null {
  let name = column.toLowerCase();
  for (const { definition, renames } of versions.slice(at + 1)) {
    const renamed = Object.entries(renames).find(([from]) => from.toLowerCase() === name)?.[1];
    const found = definition?.columns.find((each) => each.name.toLowerCase() === (renamed ?? name).toLowerCase());
    if (found === undefined) return null;
    name = found.name.toLowerCase();
  }
  return versions.at(-1)?.definition?.columns.find((each) => each.name.toLowerCase() === name)?.name ?? null;
}

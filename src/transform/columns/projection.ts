import { unreachable } from '../../core/errors.js';
import { ABSENT_CELL, type Image, NULL_CELL } from '../../core/image.js';
import type { RowDiffs } from '../../core/json-diff.js';
import type { Table } from '../../core/table.js';
import type { RowCursor } from '../../core/transaction.js';
import { characterEnd } from '../where/like.js';
import type { Rewrite } from './rewrite.js';

/** What becomes of the cell of the column `from`. NULL stays NULL, and absent stays absent. */
export type CellPlan = { readonly from: number } & (
  | { readonly kind: 'keep' | 'null' }
  | { readonly kind: 'constant'; readonly bytes: Buffer }
  | { readonly kind: 'shorten'; readonly lengthMax: number; readonly isUtf8: boolean }
  | { readonly kind: 'rewrite'; readonly rewrite: Rewrite }
);

export interface Projection {
  /** As readers see it. */
  readonly table: Table;
  /** By its columns. */
  readonly cells: readonly CellPlan[];
}

/** Rows with other cells. */
export class ProjectedCursor implements RowCursor {
  readonly before: Image | null;
  readonly after: Image | null;
  readonly #cursor: RowCursor;
  readonly #projected: readonly ProjectedImage[];
  readonly #cells: readonly CellPlan[];

  constructor(cursor: RowCursor, { cells }: Projection) {
    const before = cursor.before === null ? null : new ProjectedImage(cursor.before, cells);
    const after = cursor.after === null ? null : new ProjectedImage(cursor.after, cells);
    this.#cursor = cursor;
    this.#cells = cells;
    this.#projected = [before, after].filter((each) => each !== null);
    this.before = before?.image ?? null;
    this.after = after?.image ?? null;
  }

  /** Those of columns that are as they were: of others they would tell what is taken away. */
  get diffs(): RowDiffs | null {
    const { diffs } = this.#cursor;
    if (diffs === null) return null;
    const kept = this.#cells.flatMap(({ kind, from }, i) => {
      const list = kind === 'keep' ? diffs.get(from) : undefined;
      return list === undefined ? [] : [[i, list] as const];
    });
    return kept.length === 0 ? null : new Map(kept);
  }

  next(): boolean {
    if (!this.#cursor.next()) return false;
    for (const each of this.#projected) each.project();
    return true;
  }
}

/** What is not needed for the next row any more. */
const SCRATCH_BYTES_KEPT = 1024 * 1024;

/**
 * Where cells stay as they were, or end earlier, the image has the event's own bytes. Where some are new, the bytes of
 * the others are copied in one piece, and the new ones stand behind them: an image has one buffer.
 */
class ProjectedImage {
  readonly image: Image;
  readonly #source: Image;
  readonly #cells: readonly CellPlan[];
  readonly #hasNewCells: boolean;
  #scratch: Buffer = Buffer.alloc(0);
  #used = 0;

  constructor(source: Image, cells: readonly CellPlan[]) {
    this.#source = source;
    this.#cells = cells;
    this.#hasNewCells = cells.some(({ kind }) => kind === 'constant' || kind === 'rewrite');
    this.image = {
      bytes: source.bytes,
      isLasting: source.isLasting === true && !this.#hasNewCells,
      // Which columns are absent is known before the first row, and readers ask then.
      at: Int32Array.from(cells, ({ from }) => (source.at[from] === ABSENT_CELL ? ABSENT_CELL : 0)),
      end: new Int32Array(cells.length),
    };
  }

  project(): void {
    const moved = this.#hasNewCells ? this.#copyOldCells() : 0;
    this.image.bytes = this.#hasNewCells ? this.#scratch : this.#source.bytes;
    for (let i = 0; i < this.#cells.length; i++) this.#projectCell(i, moved);
  }

  /** How far they moved. */
  #copyOldCells(): number {
    const { at, end, bytes } = this.#source;
    let first = bytes.length;
    let last = 0;
    for (const { kind, from } of this.#cells) {
      if ((kind !== 'keep' && kind !== 'shorten') || at[from]! < 0) continue;
      first = Math.min(first, at[from]!);
      last = Math.max(last, end[from]!);
    }
    this.#used = 0;
    if (this.#scratch.length > SCRATCH_BYTES_KEPT) this.#scratch = Buffer.alloc(0);
    if (first > last) return 0;
    this.#room(last - first);
    bytes.copy(this.#scratch, 0, first, last);
    this.#used = last - first;
    return -first;
  }

  #projectCell(i: number, moved: number): void {
    const cell = this.#cells[i]!;
    const { image } = this;
    const source = this.#source;
    const at = source.at[cell.from]!;
    image.at[i] = at;
    if (at < 0) return;
    switch (cell.kind) {
      case 'keep':
        this.#place(i, at + moved, source.end[cell.from]! + moved);
        return;
      case 'null':
        image.at[i] = NULL_CELL;
        return;
      case 'shorten':
        this.#place(i, at + moved, shortened(source, cell) + moved);
        return;
      case 'constant':
        this.#append(i, cell.bytes);
        return;
      case 'rewrite':
        this.#append(i, cell.rewrite(source));
        return;
      default:
        unreachable(cell);
    }
  }

  #place(i: number, at: number, end: number): void {
    this.image.at[i] = at;
    this.image.end[i] = end;
  }

  #append(i: number, bytes: Buffer): void {
    this.#room(bytes.length);
    bytes.copy(this.#scratch, this.#used);
    this.#place(i, this.#used, this.#used + bytes.length);
    this.#used += bytes.length;
  }

  #room(bytes: number): void {
    if (this.#used + bytes <= this.#scratch.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(256, 2 * this.#scratch.length, this.#used + bytes));
    this.#scratch.copy(grown, 0, 0, this.#used);
    this.#scratch = grown;
    this.image.bytes = grown;
  }
}

function shortened(
  { bytes, at, end }: Image,
  { from, lengthMax, isUtf8 }: Extract<CellPlan, { kind: 'shorten' }>,
): number {
  const to = end[from]!;
  let next = at[from]!;
  if (!isUtf8 || to - next <= lengthMax) return Math.min(to, next + lengthMax);
  for (let characters = 0; characters < lengthMax && next < to; characters++) next = characterEnd(bytes, next, to);
  return next;
}

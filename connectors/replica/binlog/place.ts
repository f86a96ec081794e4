import { type AnyGtid, formatGtid, type Transaction } from 'rowtide';
import type { Piece } from '../piece.js';

/** What pieces are sent for: a transaction, or what is left of one. */
export type Owner = Transaction | { readonly gtid: AnyGtid | null };

/** What a piece is for, as an error’s message begins. */
export function placeOfPiece(owner: Owner, { entries = [] }: Piece): string {
  const span = 'span' in owner ? ` at ${owner.span.file}:${owner.span.start}` : '';
  const whats = new Set(entries.map((entry) => what(entry)));
  const shown = whats.size === 0 ? '' : `: ${[...whats].join(', ')}`;
  return `${owner.gtid === null ? 'a transaction' : formatGtid(owner.gtid)}${span}${shown}`;
}

const SQL_SHOWN_MAX = 200;

function what(entry: NonNullable<Piece['entries']>[number]): string {
  if (entry.kind === 'rows') return `${entry.op} of ${entry.table.schema}.${entry.table.name}`;
  return entry.sql.length > SQL_SHOWN_MAX ? `${entry.sql.slice(0, SQL_SHOWN_MAX)}…` : entry.sql;
}

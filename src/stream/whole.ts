import { RowtideError } from '../core/errors.js';
import { ABSENT_CELL } from '../core/image.js';
import type { SourceIdentity } from '../core/position.js';
import type { Column } from '../core/table.js';
import type { Rows } from '../core/transaction.js';
import { type Transform, withEntries } from '../transform/filter.js';

/**
 * The same transactions, which end with SOURCE_SETTINGS at the first rows that lack columns. MariaDB leaves generated
 * columns out where it did not have to compute them, and their types say so.
 */
export function withWholeRows(flavour: SourceIdentity['flavour']): Transform {
  const isWanted = (column: Column): boolean => flavour !== 'mariadb' || column.generated !== true;
  return (transaction) =>
    withEntries(transaction, {
      *[Symbol.iterator]() {
        for (const entry of transaction.entries) {
          if (entry.kind === 'rows' && isPartial(entry, isWanted)) throw partial(entry);
          yield entry;
        }
      },
    });
}

/** All images of an event have the same columns. Whether some are absent shows before the first row, and which at it. */
function isPartial(rows: Rows, isWanted: (column: Column) => boolean): boolean {
  const cursor = rows.cursor();
  const images = [cursor.before, cursor.after].filter((image) => image?.at.includes(ABSENT_CELL));
  if (images.length === 0 || !cursor.next()) return false;
  return rows.table.columns.some(
    (column, i) => isWanted(column) && images.some((image) => image?.at[i] === ABSENT_CELL),
  );
}

function partial({ table }: Rows): RowtideError {
  return new RowtideError(
    'SOURCE_SETTINGS',
    `rows of ${table.schema}.${table.name} lack columns: their session did not have binlog_row_image=FULL`,
    { hint: "Set binlog_row_image = FULL on the source, or take rows as they come with rowImage: 'partial'." },
  );
}

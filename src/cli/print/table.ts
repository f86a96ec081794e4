import type { Colors } from 'picocolors/types.js';

/** Lines of cells in columns; the first one is their heading. */
export function tableLines(rows: readonly (readonly string[])[], colors: Colors): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const [head = '', ...lines] = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [colors.bold(head), ...lines];
}

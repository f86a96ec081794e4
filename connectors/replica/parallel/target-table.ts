import type { TargetColumn } from './comparison.js';

/** What tells the rows of a table of the target apart, and which rows of other tables they lean on. */
export interface TargetTable {
  readonly schema: string;
  readonly name: string;
  /** Whether a transaction can take back what it wrote. */
  readonly isTransactional: boolean;
  readonly columns: readonly (TargetColumn & { readonly isNullable: boolean })[];
  /** Unique ones, the primary key among them. */
  readonly keys: readonly TargetKey[];
  readonly foreignKeys: readonly ForeignKey[];
}

export interface TargetKey {
  readonly name: string;
  readonly parts: readonly KeyPart[];
}

export interface KeyPart {
  /** Null: an expression. */
  readonly column: string | null;
  /** Characters, or bytes, of the column that the key holds; null for all. */
  readonly prefix: number | null;
}

export interface ForeignKey {
  readonly columns: readonly string[];
  readonly parent: { readonly schema: string; readonly name: string };
  readonly parentColumns: readonly string[];
  /** Whether a change of the parent changes its children, which the source may not have logged. */
  readonly cascades: boolean;
}

/** All tables of a target, as they were when its schema was read. */
export class TargetTables {
  readonly #tables: ReadonlyMap<string, TargetTable>;
  readonly #children = new Map<string, TargetTable[]>();
  readonly #cascading = new Map<string, TargetTable[]>();

  constructor(tables: readonly TargetTable[]) {
    this.#tables = new Map(tables.map((table) => [tableKey(table), table]));
    for (const child of tables) {
      for (const { parent, cascades } of child.foreignKeys) {
        push(this.#children, tableKey(parent), child);
        if (cascades) push(this.#cascading, tableKey(parent), child);
      }
    }
  }

  /** Names of tables may differ in case only where the server tells them apart by it. */
  find(schema: string, name: string): TargetTable | undefined {
    return this.#tables.get(tableKey({ schema, name })) ?? this.#tables.get(tableKey({ schema, name }).toLowerCase());
  }

  isParent(table: TargetTable): boolean {
    return this.#children.has(tableKey(table));
  }

  /** Tables whose rows change with those of `table`, theirs, and so on. */
  cascade(table: TargetTable): readonly TargetTable[] {
    const found = new Set<TargetTable>();
    const visit = (each: TargetTable): void => {
      for (const child of this.#cascading.get(tableKey(each)) ?? []) {
        if (found.has(child)) continue;
        found.add(child);
        visit(child);
      }
    };
    visit(table);
    return [...found];
  }
}

export function tableKey({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${schema}\0${name}`;
}

function push(lists: Map<string, TargetTable[]>, key: string, table: TargetTable): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [table]);
  else list.push(table);
}

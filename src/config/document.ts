import { isAlias, isCollection, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';

/** From 1, as editors count. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export type Path = readonly PropertyKey[];

export interface Problem {
  readonly place: Place;
  readonly path: Path;
  readonly message: string;
}

export interface ConfigDocument {
  readonly value: unknown;
  /** Where the text is not YAML. */
  readonly problems: readonly Problem[];
  /** Where the value at `path` stands, or the nearest thing around it that exists. */
  place(path: Path): Place;
  /** Where the key that ends `path` stands. */
  keyPlace(path: Path): Place;
}

/** Reads YAML 1.2 (and so JSON) and remembers where everything stood. */
export function parseConfigDocument(text: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const startOf = (node: Node | null): Place => at(node?.range?.[0] ?? 0);
  const resolved = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);

  const problems = [...document.errors, ...document.warnings].map((error) => ({
    place: at(error.pos[0]),
    path: [],
    message: error.message,
  }));
  return {
    value: document.errors.length > 0 ? undefined : document.toJS(),
    problems,
    place(path) {
      let node: unknown = document.contents;
      let place = startOf(document.contents);
      for (const key of path) {
        const collection = resolved(node);
        node = isCollection(collection) ? collection.get(key, true) : undefined;
        if (node === undefined || node === null) break;
        place = startOf(node as Node);
      }
      return place;
    },
    keyPlace(path) {
      const parent = resolved(path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true));
      const name = String(path.at(-1));
      const pair = isMap(parent)
        ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === name)
        : undefined;
      return pair === undefined ? this.place(path) : startOf(pair.key as Node);
    },
  };
}

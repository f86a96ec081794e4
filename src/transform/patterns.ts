import picomatch from 'picomatch';
import { RowtideError } from '../core/errors.js';

/** A compiled table pattern. `schema` is null where the pattern says nothing about schemas alone (a regex). */
export interface TablePattern {
  readonly table: (schema: string, name: string) => boolean;
  readonly schema: ((schema: string) => boolean) | null;
  /** True when the pattern takes every table of the schemas it matches. */
  readonly wholeSchema: boolean;
  /** How many groups it captures, and what they captured of a table that matches; empty where one took no part. */
  readonly groups: number;
  readonly captured: (schema: string, name: string) => readonly string[];
}

// picomatch is made for paths, and names are none: a slash and a leading dot are ordinary letters here, and so is a line
// break. Before it sees them, the slash becomes a letter that no name has, and a letter goes in front.
const GLOB = { dot: true, nonegate: true, flags: 's' };
const unlikePath = (text: string): string => `x${text.replaceAll('/', '\uE000')}`;
export const nameMatcher = (text: string): ((name: string) => boolean) => {
  const matches = picomatch(unlikePath(text), GLOB);
  return (name) => matches(unlikePath(name));
};

/**
 * Compiles `schema.table` with the wildcards `*`, `?`, `[a-z]` and `{a,b}`, or `/regex/` (flags may follow) that is
 * searched for in `schema.table`. Names are compared as the server logs them, case included.
 */
export function tablePattern(text: string): TablePattern {
  const regex = /^\/(.+)\/([a-z]*)$/s.exec(text);
  return regex === null ? glob(text) : expression(text, regex[1] ?? '', regex[2] ?? '');
}

function glob(text: string): TablePattern {
  if (text.startsWith('!')) throw malformed(text, 'Name the tables to leave out in the list of excludes instead.');
  const dot = dividingDot(text);
  if (dot < 1 || dot === text.length - 1) {
    throw malformed(text, 'A pattern is schema.table, like shop.orders, shop.* or *.audit_?, or a /regex/.');
  }
  const schema = nameMatcher(text.slice(0, dot));
  const name = nameMatcher(text.slice(dot + 1));
  return {
    table: (inSchema, table) => schema(inSchema) && name(table),
    schema,
    wholeSchema: /^\*+$/.test(text.slice(dot + 1)),
    groups: 0,
    captured: () => [],
  };
}

function expression(text: string, source: string, flags: string): TablePattern {
  try {
    const regex = new RegExp(source, flags.replaceAll(/[gy]/g, ''));
    return {
      table: (schema, table) => regex.test(`${schema}.${table}`),
      schema: null,
      wholeSchema: false,
      // It matches the empty text, so that it tells its groups.
      groups: (new RegExp(`${source}|`, regex.flags).exec('')?.length ?? 1) - 1,
      captured: (schema, table) => (regex.exec(`${schema}.${table}`) ?? []).slice(1).map((group) => group ?? ''),
    };
  } catch (cause) {
    throw malformed(text, `It is not a regular expression: ${cause instanceof Error ? cause.message : ''}.`);
  }
}

/** The dot between schema and table: the first outside brackets and braces. */
function dividingDot(text: string): number {
  return dotsOf(text)[0] ?? -1;
}

/** Where dots stand outside brackets and braces. */
export function dotsOf(text: string): number[] {
  const dots: number[] = [];
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i] ?? '';
    if (letter === '\\') i++;
    else if ('{[('.includes(letter)) depth++;
    else if ('}])'.includes(letter)) depth--;
    else if (letter === '.' && depth === 0) dots.push(i);
  }
  return dots;
}

function malformed(text: string, hint: string): RowtideError {
  return new RowtideError('USAGE', `not a table pattern: ${JSON.stringify(text)}`, { hint });
}

import { DEPTH_MAX, refuse } from './json-binary.js';

/** One step of a path; `fromEnd` counts back from the last element, which is 0. */
export type Leg = { readonly key: Buffer } | { readonly index: number; readonly fromEnd: boolean };

/** A member, its name quoted as a JSON string where it is no identifier, or an array's element. */
const LEG = /\.(?:("(?:[^"\\]|\\.)*")|([^.[*" \t\n\v\f\r]+))|\[(?:(\d+)|last(?:-(\d+))?)\]/sy;

/** The legs of a path that names one place, as diffs have them: no wildcards, no ranges. */
export function parseJsonPath(path: string): Leg[] {
  const legs: Leg[] = [];
  if (!path.startsWith('$')) refuse(`the path ${path}`);
  LEG.lastIndex = 1;
  for (let end = 1; end < path.length; end = LEG.lastIndex) {
    const match = LEG.exec(path);
    if (match === null || legs.length === DEPTH_MAX) return refuse(`the path ${path}`);
    const [, quoted, name, index, back] = match;
    if (quoted !== undefined) legs.push({ key: Buffer.from(unquoted(quoted)) });
    else if (name !== undefined) legs.push({ key: Buffer.from(name) });
    else legs.push({ index: Number(index ?? back ?? 0), fromEnd: index === undefined });
  }
  return legs;
}

function unquoted(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return refuse(`the name ${text} in a path`);
  }
}

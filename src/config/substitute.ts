import { readFileSync } from 'node:fs';

/** Where the `${…}` of a configuration get their text from. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Throws when the file cannot be read. */
  readonly readFile: (path: string) => string;
}

export function surroundingsOfProcess(): Surroundings {
  return { env: process.env, readFile: (path) => readFileSync(path, 'utf8') };
}

const REFERENCE = /\$\$|\$\{([^}]*)\}/g;
const KINDS = /^(env|file):(.*)$/s;

/**
 * Replaces `${env:NAME}`, `${env:NAME:-default}` and `${file:/path}` (without the line break that ends the file); `$$`
 * stands for one dollar sign. Throws an Error whose message says which reference cannot be had.
 */
export function substitute(text: string, from: Surroundings): string {
  return text.replaceAll(REFERENCE, (whole: string, inner: string | undefined) => {
    if (inner === undefined) return '$';
    const [, kind, rest = ''] = KINDS.exec(inner) ?? [];
    if (kind === 'env') return fromEnvironment(rest, from.env);
    if (kind === 'file') return fromFile(rest, from.readFile);
    throw new Error(`${whole} is neither \${env:NAME} nor \${file:/path}; write $$ for a dollar sign`);
  });
}

/** True when `substitute` would change the text. */
export function hasReference(text: string): boolean {
  return text.search(REFERENCE) !== -1;
}

function fromEnvironment(reference: string, env: Surroundings['env']): string {
  const [, name = '', fallback] = /^(.*?)(?::-(.*))?$/s.exec(reference) ?? [];
  const value = env[name];
  // As the shell has it: the default also stands in for an empty variable.
  if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
  if (value === undefined) throw new Error(`the environment variable ${name} is not set`);
  return value;
}

function fromFile(path: string, readFile: Surroundings['readFile']): string {
  try {
    return readFile(path).replace(/\r?\n$/, '');
  } catch (cause) {
    throw new Error(`cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exitCodeOf } from '../src/cli/exit-codes.js';
import { type ErrorCode, RowtideError } from '../src/core/errors.js';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

const codes = [...read('src/core/errors.ts').matchAll(/^ {2}\| '(\w+)'/gm)].map((match) => match[1] as ErrorCode);

const entries = new Map(
  read('docs/errors.md')
    .split(/^### /m)
    .slice(1)
    .map((entry) => [entry.slice(0, entry.indexOf('\n')), entry.split(/^## /m)[0] ?? ''] as const),
);

/** What a person sees for an error that is not ours. */
const NOT_OURS = 'INTERNAL';

describe('docs/errors.md', () => {
  test('every code has an entry, in the same order, and every entry a code', () => {
    expect(codes.length).toBeGreaterThan(30);
    expect([...entries.keys()]).toEqual([...codes, NOT_OURS]);
  });

  test('every entry says what it means, its causes and the fix', () => {
    const incomplete = [...entries].filter(
      ([, text]) => !/^[^\n]+\n[^-\n][\s\S]+\n- Causes: \S[\s\S]+\n- Fix: \S[\s\S]+\n- Exit code: \d/.test(text),
    );
    expect(incomplete.map(([code]) => code)).toEqual([]);
  });

  test.each(codes)('the exit code of %s is right', (code) => {
    const text = /^- Exit code: (\d+)(?: or (\d+))?$/m.exec(entries.get(code) ?? '');
    const [, plain, retryable = plain] = text ?? [];
    expect(exitCodeOf(new RowtideError(code, ''))).toBe(Number(plain));
    if (retryable !== plain)
      expect(exitCodeOf(new RowtideError(code, '', { retryable: true }))).toBe(Number(retryable));
  });
});

describe('error codes', () => {
  test('every code is made somewhere', () => {
    const made = [...sources('src'), ...sources('connectors')]
      .filter((path) => path !== 'src/core/errors.ts')
      .map(read);
    // EVENT_MALFORMED has a function of its own beside the class.
    expect(codes.filter((code) => !made.some((text) => text.includes(`'${code}'`)))).toEqual([]);
  });

  test('every code is asserted by a test', () => {
    const tests = sources('test').filter((path) => path.endsWith('.test.ts') && path !== 'test/errors.test.ts');
    const asserted = tests.map(read);
    const unasserted = codes.filter((code) => !asserted.some((text) => new RegExp(`\\b${code}\\b`).test(text)));
    expect(unasserted).toEqual([]);
  });
});

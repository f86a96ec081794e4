/** Commands of the runbooks are there, with the options that they are given: nobody has time to find out on a bad day. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rowtide } from './rowtide.js';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'docs/runbooks');
const WITH_SUBCOMMANDS: readonly string[] = ['checkpoint', 'relay', 'replica', 'delayed'];

interface Call {
  readonly command: string;
  readonly options: readonly string[];
}

/** Up to what the shell does with the output. */
function callOf(line: string): Call {
  const words = (/^rowtide (.*?)(?: [|>#].*)?$/.exec(line)?.[1] ?? '').split(' ');
  const command = words.slice(0, WITH_SUBCOMMANDS.includes(words[0]!) ? 2 : 1).join(' ');
  const options = words.filter((word) => /^--?[a-z]/i.test(word)).map((word) => word.replace(/=.*/, ''));
  return { command, options };
}

const pages = readdirSync(FOLDER).map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }));
const calls = pages.flatMap(({ text }) => [...text.matchAll(/^rowtide .*$/gm)].map(([line]) => callOf(line)));
const byCommand = new Map<string, Set<string>>();
for (const { command, options } of calls)
  byCommand.set(command, new Set([...(byCommand.get(command) ?? []), ...options]));

test.each([...byCommand])('rowtide %s is there', async (command, options) => {
  const { status, stdout } = await rowtide([...command.split(' '), '--help']);
  expect(status).toBe(0);
  expect(stdout).toContain(`Usage: rowtide ${command} `);
  for (const option of options) expect(stdout, option).toMatch(new RegExp(`(^| )${option}[, =]`, 'm'));
});

test('pages link to pages that are there', () => {
  for (const { name, text } of pages)
    for (const [, target] of text.matchAll(/\]\(([^)#]+)\)/g))
      expect(() => readFileSync(join(FOLDER, target!)), `${name}: ${target}`).not.toThrow();
});

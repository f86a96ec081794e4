/** Everything that is compared. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MARIADB_COMBINATIONS, MYSQL_COMBINATIONS } from './combinations.js';
import type { Comparison } from './compare.js';
import { damagesOf } from './damage.js';
import { callOf, type Input, readInput, type Tool } from './input.js';

const FIXTURES = fileURLToPath(new URL('../../fixtures', import.meta.url));

/** MariaDB has had two-digit major versions since its tenth. */
const toolOf = (name: string): Tool => (/-1\d\.\d+$/.test(name) ? 'mariadb' : 'mysql');

/** The recorded fixtures, or the files of another folder, whose names end in a version as well: `NAME-8.0.binlog`. */
export function inputs(folder = FIXTURES): Input[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.binlog'))
    .sort()
    .map((file) => {
      const name = basename(file, '.binlog');
      return readInput({
        name,
        tool: toolOf(name),
        path: join(folder, file),
        database: databaseOf(join(folder, name)),
      });
    });
}

/** The first that is used. */
function databaseOf(path: string): string {
  const sql = readFileSync(`${path}.sql`, 'utf8');
  return /^use `?(\w+)/im.exec(sql)?.[1] ?? 'nowhere';
}

/** The options that everybody uses, by which every file is read even in the sample. */
const EVERYDAY: ReadonlySet<string> = new Set(['-vv', '--hexdump']);

/** Every combination on every file. With `sample`, all files by everyday options, and each other combination on one file. */
export function* combinationsOn(
  files: readonly Input[],
  { sample }: { readonly sample: boolean },
): Generator<Comparison> {
  for (const tool of ['mysql', 'mariadb'] as const) {
    const own = files.filter((file) => file.tool === tool);
    if (own.length === 0) continue;
    for (const [i, combination] of (tool === 'mysql' ? MYSQL_COMBINATIONS : MARIADB_COMBINATIONS).entries()) {
      const chosen = sample && !EVERYDAY.has(combination) ? [own[(i * 5) % own.length]!] : own;
      for (const input of chosen) {
        const call = callOf(combination, input);
        if (call === null) continue;
        yield {
          what: `${combination} ${input.name}`,
          tool,
          call: { ...call, args: [...call.args, input.path] },
        };
      }
    }
  }
}

const SEVERAL: readonly (readonly string[])[] = [
  ['-v'],
  ['-vv', '--base64-output=decode-rows'],
  ['-s'],
  ['-H'],
  ['--offset=20'],
  ['--start-position=600', '-v'],
  ['--stop-position=700'],
  ['--skip-gtids', '--idempotent', '-D'],
  ['--print-table-metadata'],
];

/** Two and three files in one call. */
export function* severalFiles(files: readonly Input[]): Generator<Comparison> {
  for (const tool of ['mysql', 'mariadb'] as const) {
    const own = files.filter((file) => file.tool === tool);
    if (own.length === 0) continue;
    for (const [i, options] of SEVERAL.entries()) {
      if (tool === 'mariadb' && options.includes('--skip-gtids')) continue;
      const chosen = Array.from({ length: 2 + (i % 2) }, (_, n) => own[(i * 3 + n * 5) % own.length]!);
      yield {
        what: `${options.join(' ')} ${chosen.map(({ name }) => name).join(' ')}`,
        tool,
        call: { args: [...options, ...chosen.map(({ path }) => path)] },
      };
    }
  }
}

const THROUGH_STDIN: readonly (readonly string[])[] = [
  ['-'],
  ['-v', '-'],
  ['-vv', '--base64-output=decode-rows', '-'],
  ['--start-position=400', '-'],
  ['-s', '-'],
  ['-H', '--stop-position=700', '-'],
];

/** A pipe as the file. */
export function* throughStdin(
  files: readonly Input[],
  { sample }: { readonly sample: boolean },
): Generator<Comparison> {
  for (const [i, { name, tool, path }] of files.entries()) {
    for (const options of sample ? [THROUGH_STDIN[i % THROUGH_STDIN.length]!] : THROUGH_STDIN) {
      yield { what: `${options.join(' ')} < ${name}`, tool, call: { args: options, stdin: readFileSync(path) } };
    }
  }
}

/** Files of MySQL, as mariadb-binlog reads them: without JSON columns, which it gives up at. */
export function* inOtherStyle(files: readonly Input[]): Generator<Comparison> {
  const own = files.filter(({ tool, name }) => tool === 'mysql' && !/^(encrypted|partial|shop|types)-/.test(name));
  for (const [i, { name, path }] of own.entries()) {
    const options = i % 2 === 0 ? ['-vv'] : ['--hexdump'];
    const call = { args: [...options, path] };
    yield { what: `--style=mariadb ${options.join(' ')} ${name}`, tool: 'mariadb', call, ourArgs: ['--style=mariadb'] };
  }
}

/** The server's version is there. */
const saysWhose = (bytes: Buffer): boolean => bytes.subarray(0, 60).includes('MariaDB');

export interface BrokenOptions {
  /** Where the broken files are put; they get the names of the whole ones. */
  readonly folder: string;
  /** Every so many-th only. */
  readonly step: number;
}

export function* brokenFiles(files: readonly Input[], { folder, step }: BrokenOptions): Generator<Comparison> {
  let count = 0;
  for (const { name, tool, path, events } of files) {
    // Of an encrypted one there is nothing to break.
    if (events.length === 0) continue;
    for (const [n, damage] of damagesOf(path).entries()) {
      const chosen = damage.options.filter(() => count++ % step === 0);
      if (chosen.length === 0) continue;
      // Once: while the next call is made, the one before it still reads the file.
      const broken = join(folder, `${name}-${n}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(broken, damage.bytes);
      for (const options of chosen) {
        yield {
          what: `${options.join(' ')} ${name}: ${damage.name}`,
          tool,
          call: { args: [...options, broken] },
          // Of what is left nobody can tell whose it was.
          ...(saysWhose(damage.bytes) ? {} : { ourArgs: [`--style=${tool}`] }),
        };
      }
    }
  }
}

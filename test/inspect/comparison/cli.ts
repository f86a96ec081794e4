/**
 *   npx tsx test/inspect/comparison/cli.ts                 everything that is compared
 *   npx tsx test/inspect/comparison/cli.ts shop-9.7 '-vv'  what has all these words in its name
 *   npx tsx test/inspect/comparison/cli.ts --folder DIR    files from elsewhere
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Comparison } from './compare.js';
import { brokenFiles, combinationsOn, inOtherStyle, inputs, severalFiles, throughStdin } from './comparisons.js';
import { resultLine, run } from './run.js';

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { folder: { type: 'string' }, sample: { type: 'boolean' } },
});
const sample = values.sample === true;
const files = inputs(values.folder);
const isChosen = ({ what }: Comparison): boolean => words.every((word) => what.includes(word));
const groups: Readonly<Record<string, Iterable<Comparison>>> = {
  combinations: combinationsOn(files, { sample }),
  several: severalFiles(files),
  stdin: throughStdin(files, { sample }),
  style: inOtherStyle(files),
  broken: brokenFiles(files, { folder: join(tmpdir(), `rowtide-broken-${process.pid}`), step: sample ? 37 : 1 }),
};

for (const [name, comparisons] of Object.entries(groups)) {
  const result = await run([...comparisons].filter(isChosen));
  for (const difference of result.differences) process.stdout.write(`${difference}\n`);
  process.stdout.write(`${resultLine(name, result)}\n`);
}

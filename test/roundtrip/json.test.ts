/**
 * JSON columns equal the server's own text: documents of every kind and size, and updates of which the server logged only
 * what changed (binlog_row_value_options=PARTIAL_JSON). ROWTIDE_SEED=… repeats a run.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DocumentDiff } from '../../src/core/change.js';
import { needs } from '../servers/suite.js';
import { documents, OPAQUE_TABLE } from './documents.js';
import { sinceEight } from './oracle.js';
import { Random, scaled, seedOf } from './random.js';
import { type Printed, Session, type Told } from './session.js';
import { changeOf } from './updates.js';

const DOCUMENTS = scaled(3000);
const ROWS = 30;
const STATEMENTS = scaled(300);
/** Documents of which the server logged what changed, on each server; the others were cheaper to log whole. */
const PARTIAL_MIN = 3000;
const COLUMNS = ['id', 'd', 'e', 'n', 'g', 'v'];
const SELECT = `select ${COLUMNS.map((name) => `cast(${name} as char) as ${name}`).join(', ')} from updates order by updates.id`;

for (const version of ['9.7', '8.0', '5.7'] as const) {
  needs('own').describe(`MySQL ${version}`, () => {
    let session: Session;
    let random: Random;
    /** SQL of a document by chance. */
    const anyDocument = (): string => documents(version).random(random);

    beforeAll(async () => {
      random = new Random(seedOf(`JSON of MySQL ${version}`));
      session = await Session.open(version);
      await session.run(...OPAQUE_TABLE);
    });
    afterAll(() => session[Symbol.asyncDispose]());

    it(`prints ${DOCUMENTS} documents by chance, and those at the limits`, async () => {
      const expressions = [...documents(version).boundary, ...Array.from({ length: DOCUMENTS }, anyDocument)];
      await session.run('create table documents (id int primary key auto_increment, d json)');
      const told = await session.told(async () => {
        for (let i = 0; i < expressions.length; i += 300) {
          const rows = expressions.slice(i, i + 300).map((each) => `(${each})`);
          await session.run(`insert into documents (d) values ${rows.join(', ')}`);
        }
      });
      const expected = await session.select('select id, cast(d as char) as d from documents order by id');
      expect(expected.length).toBe(expressions.length);
      const same = version === '5.7' ? sinceEight : (text: string) => text;
      const differing = expected.flatMap(({ d }, i) => {
        const { change, line } = told[i]!;
        const ours = String(afterOf(change).d);
        return same(ours) === same(d!) && line.includes(`"d":${ours}}`) ? [] : [{ ours, servers: d }];
      });
      expect(differing).toEqual([]);
    });

    if (version === '5.7') return;

    /** Rows of an id, two documents, a number, and two documents that are generated of them. */
    async function makeTable(name: string): Promise<void> {
      await session.run(
        `create table ${name} (id int primary key, d json, e json, n int, g json generated always as
           (json_array(n, json_extract(d, '$.a'))) stored, v json generated always as (json_extract(e, '$[1]')) virtual)`,
      );
      const rows = Array.from({ length: ROWS }, (_, id) => `(${id}, ${freshD()}, ${freshE()}, 0)`);
      await session.run(`insert into ${name} (id, d, e, n) values ${rows.join(', ')}`);
    }
    // Only of documents of some size it is worth it to log what changed.
    const padding = (): string => `repeat('${random.digits(6)}', ${random.int(20, 200)})`;
    const freshD = (): string => `json_object('a', ${anyDocument()}, 'b', ${anyDocument()}, 'pad', ${padding()})`;
    const freshE = (): string => `json_array(${padding()}, ${anyDocument()}, ${anyDocument()})`;

    function updateOf(states: readonly Printed[]): string {
      const change = (column: 'd' | 'e', fresh: () => string): string => {
        const text = random.pick(states)[column];
        if (text === null || text === undefined || random.chance(0.1)) return `${column} = ${fresh()}`;
        return `${column} = ${changeOf(column, text, { random, value: anyDocument })}`;
      };
      const set = ['n = n + 1', change('d', freshD)];
      if (random.chance(0.5)) set.push(random.chance(0.1) ? 'e = null' : change('e', freshE));
      const first = random.int(0, ROWS - 1);
      return `set ${set.join(', ')} where id between ${first} and ${first + random.int(ROWS / 2, ROWS)} order by id`;
    }

    it('makes documents whole of which it logged what changed', async () => {
      await makeTable('updates');
      await session.run("set binlog_row_value_options = 'PARTIAL_JSON'");
      const states = [await session.select(SELECT)];
      /** Documents get short by and by, and then are logged whole. */
      const refill = `update updates set n = n + 1, d = json_set(d, '$.pad', repeat('x', 500)), e = json_array(repeat('y', 500), e)`;
      const told = await session.told(async () => {
        for (let i = 0; i < STATEMENTS; i++) {
          await session.run(`set binlog_row_image = '${random.pick(['FULL', 'FULL', 'NOBLOB'])}'`);
          if (version === '9.7') await session.run(`set binlog_transaction_compression = ${random.chance(0.5)}`);
          const update = i % 20 === 19 ? `${refill} order by id` : `update updates ${updateOf(states.at(-1)!)}`;
          await session.run(update);
          states.push(await session.select(SELECT));
        }
      });
      const { count, differences } = compareUpdates(told, states);
      expect(differences.slice(0, 10)).toEqual([]);
      console.log(`MySQL ${version}: ${told.length} updates, ${count} documents of which it logged what changed`);
      expect(count).toBeGreaterThan(PARTIAL_MIN);
    });
  });
}

function afterOf(change: Told['change']): { readonly [column: string]: unknown } {
  return 'after' in change ? change.after : {};
}

/** Holds the changes against what SELECT printed before and behind each statement. */
function compareUpdates(
  told: readonly Told[],
  states: readonly (readonly Printed[])[],
): { count: number; differences: string[] } {
  const rest = [...told];
  const differences: string[] = [];
  let count = 0;
  for (let i = 1; i < states.length; i++) {
    for (const [row, after] of states[i]!.entries()) {
      const before = states[i - 1]![row]!;
      if (before.n === after.n) continue;
      const next = rest.shift();
      if (next?.change.kind !== 'update') return { count, differences: [`no update of row ${row} in statement ${i}`] };
      count += Object.keys(next.change.diffs ?? {}).length;
      const what = [
        ...imageDifferences(next.change.before, before),
        ...imageDifferences(next.change.after, after),
        ...lineDifferences(next, after),
      ];
      differences.push(...what.map((each) => `row ${row}, statement ${i}: ${each}`));
    }
  }
  return { count, differences: rest.length > 0 ? [...differences, `${rest.length} changes more`] : differences };
}

function imageDifferences(image: { readonly [column: string]: unknown }, printed: Printed): string[] {
  return Object.entries(image).flatMap(([name, value]) => {
    const ours = typeof value === 'number' ? String(value) : value;
    return ours === printed[name] ? [] : [`${name} is ${JSON.stringify(ours)}, and SELECT has ${printed[name]}`];
  });
}

function lineDifferences({ change, line }: Told, printed: Printed): string[] {
  if (change.kind !== 'update') return ['no update'];
  const cells = COLUMNS.filter((name) => Object.hasOwn(change.after, name)).map((name) => `"${name}":${printed[name]}`);
  const after = `"after":{${cells.join(',')}}`;
  const diffs = change.diffs === undefined ? '' : `,"diffs":${diffsJson(change.diffs)}`;
  const parsed = JSON.parse(line) as { jsonNull?: object };
  const nulls = parsed.jsonNull === undefined ? '' : `,"jsonNull":${JSON.stringify(parsed.jsonNull)}`;
  return line.endsWith(`${after}${nulls}${diffs}}`) ? [] : [`JSON is ${line}, which lacks ${after}${diffs}`];
}

function diffsJson(diffs: { readonly [column: string]: readonly DocumentDiff[] | undefined }): string {
  const columns = Object.entries(diffs).map(([name, list]) => {
    const steps = (list ?? []).map(({ op, path, value }) => {
      const rest = value === null ? '' : `,"value":${value}`;
      return `{"op":"${op}","path":${JSON.stringify(path)}${rest}}`;
    });
    return `${JSON.stringify(name)}:[${steps.join(',')}]`;
  });
  return `{${columns.join(',')}}`;
}

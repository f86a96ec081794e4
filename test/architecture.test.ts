import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const LINES_MAX = 400;

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const files: readonly SourceFile[] = ['src', 'connectors'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readSource(join(folder, name))),
);

function readSource(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const imports = [...text.matchAll(/(?:^|\n)(?:import|export)\s[^;]*?from\s+'([^']+)'|import\('([^']+)'\)/g)];
  return { path, text, imports: imports.map((match) => match[1] ?? match[2] ?? '') };
}

/** Lower layers know nothing of higher ones; within a layer only the named folders may be leaned on. */
const LAYERS: Readonly<Record<string, number>> = {
  core: 0,
  column: 1,
  binlog: 1,
  sql: 1,
  format: 1,
  inspect: 1,
  mysql: 2,
  source: 2,
  schema: 2,
  // Its files are read as any log file is, and filled from a server's log.
  relay: 2.2,
  transform: 2,
  pipeline: 2,
  checkpoint: 2,
  doctor: 2,
  // It knows the patterns of filters and the folds of pipelines.
  guard: 2.5,
  // A configuration names filters and sinks, so it stands above them.
  config: 2.5,
  daemon: 3,
  stream: 3,
  cli: 3,
  testing: 3,
};
const LEANED_ON = new Set(['mysql', 'schema', 'checkpoint']);

const folderOf = (path: string): string => path.split('/')[1] ?? '';

describe('layers', () => {
  const edges = files
    .filter((file) => file.path.startsWith('src/') && folderOf(file.path) in LAYERS)
    .flatMap((file) =>
      file.imports
        .filter((target) => target.startsWith('.'))
        .map((target) => ({ from: file.path, to: relative(ROOT, join(ROOT, dirname(file.path), target)) }))
        .filter(({ to }) => to.startsWith('src/')),
    );

  test('imports run from higher layers to lower ones only', () => {
    const against = edges.filter(({ from, to }) => {
      const [source, target] = [folderOf(from), folderOf(to)];
      const [above, below] = [LAYERS[source]!, LAYERS[target] ?? Number.POSITIVE_INFINITY];
      if (source === target) return false;
      if (above !== below) return below > above;
      return above === 2 && !LEANED_ON.has(target);
    });
    expect(against).toEqual([]);
  });

  test('every folder of src has a layer', () => {
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map((entry) => entry.name).filter((name) => !(name in LAYERS))).toEqual([]);
  });

  /** One that is made of another. */
  const COMPOSED: Readonly<Record<string, string>> = {
    'connectors/aggregate-replica': 'connectors/replica',
    'connectors/delayed-replica': 'connectors/replica',
  };

  test('connectors know the package by its name only, and src knows no connector', () => {
    const outside = files
      .filter((file) => file.path.startsWith('connectors/'))
      .flatMap((file) =>
        file.imports.filter((target) => target.startsWith('.')).map((target) => ({ file: file.path, target })),
      )
      .filter(({ file, target }) => {
        const own = file.split('/').slice(0, 2).join('/');
        const imported = join(dirname(file), target).split('/').slice(0, 2).join('/');
        return imported !== own && imported !== COMPOSED[own];
      });
    expect(outside).toEqual([]);
  });
});

describe('libraries with one job are imported in one place', () => {
  const PLACES: Readonly<Record<string, RegExp>> = {
    '@vlasky/zongji': /^src\/source\/server\.ts$/,
    mysql2: /^src\/mysql\//,
    kafkajs: /^connectors\/kafka\//,
    commander: /^src\/cli\//,
    pino: /^src\/(cli|daemon)\//,
    'pino-pretty': /^src\/(cli|daemon)\//,
    yaml: /^src\/config\//,
    picomatch: /^src\/transform\//,
    zstddec: /^src\/binlog\/zstd\.ts$/,
    'iconv-lite': /^src\/column\/charsets\/library\.ts$/,
    '@bokuweb/zstd-wasm': /^connectors\/kafka\/compression\/codec\.ts$/,
    fzstd: /^src\/binlog\/zstd\.ts$/,
    avsc: /^src\/format\/avro\/avro\.ts$/,
    picocolors: /^src\/cli\//,
  };
  for (const [library, place] of Object.entries(PLACES)) {
    test(library, () => {
      const importers = files.filter((file) =>
        file.imports.some((target) => target === library || target.startsWith(`${library}/`)),
      );
      expect(importers.map((file) => file.path).filter((path) => !place.test(path))).toEqual([]);
    });
  }

  test('tests and benches may use them; nothing else is a dependency', () => {
    const { dependencies, optionalDependencies = {} } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    ) as {
      dependencies: Record<string, string>;
      optionalDependencies?: Record<string, string>;
    };
    const declared = new Set([...Object.keys(dependencies), ...Object.keys(optionalDependencies), 'rowtide']);
    const used = files.flatMap((file) => file.imports).filter((target) => !/^(\.|node:)/.test(target));
    const packages = used.map((target) =>
      target
        .split('/')
        .slice(0, target.startsWith('@') ? 2 : 1)
        .join('/'),
    );
    expect([...new Set(packages)].filter((name) => !declared.has(name))).toEqual([]);
  });
});

describe('tests', () => {
  test('take their random values from one seed', () => {
    const others = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && name !== 'properties.ts')
      .filter((name) => /^import .*'fast-check'/m.test(readFileSync(join(ROOT, 'test', name), 'utf8')));
    expect(others).toEqual([]);
  });

  test('that need servers say which, and can be left out where servers are given', () => {
    const silent = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => ({ name, text: readFileSync(join(ROOT, 'test', name), 'utf8') }))
      .filter(
        ({ text }) =>
          (/\bstart(Mysql|Mariadb|Kafka|KafkaCluster)\(/.test(text) && !text.includes("needs('own')")) ||
          (/\bshared(Mysql|Mariadb|Kafka)\(/.test(text) && !text.includes('needs(')),
      );
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});

describe('style', () => {
  test(`no file is longer than ${LINES_MAX} lines: it would hold two ideas`, () => {
    const long = files.map(({ path, text }) => ({ path, lines: text.split('\n').length }));
    expect(long.filter(({ lines }) => lines > LINES_MAX)).toEqual([]);
  });

  test('only src/index.ts and src/testing.ts re-export', () => {
    const barrels = files.filter(({ text }) => /^export .* from '/m.test(text)).map(({ path }) => path);
    expect(barrels.filter((path) => path !== 'src/index.ts' && path !== 'src/testing.ts')).toEqual([]);
  });
});

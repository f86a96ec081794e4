import { hex, type Kind, type Version } from './kinds.js';
import type { Random } from './random.js';

/** The types that only MariaDB has, and those that it has otherwise than MySQL. */
export function mariadbKinds(version: Version, random: Random): Kind[] {
  return [json(), uuid(), inet4(), inet6(), ...compressed(random), ...(version === '11.8' ? vectors() : [])];
}

export const isMariadb = (version: Version): boolean => version === '10.11' || version === '11.8';

/** A LONGTEXT with a check: what was written is what is read. */
function json(): Kind {
  const document = (r: Random, depth: number): unknown =>
    r.pick<() => unknown>([
      () => r.int(-1000, 1000),
      () => r.digits(r.int(0, 20)),
      () => r.chance(0.5),
      () => null,
      () => r.shuffle(['ü', '日', '𝄞', '"', '\\', '\n']).join(''),
      () => (depth > 3 ? [] : Array.from({ length: r.int(0, 5) }, () => document(r, depth + 1))),
      () => (depth > 3 ? {} : Object.fromEntries(['a', 'b', 'c'].map((key) => [key, document(r, depth + 1)]))),
    ])();
  return {
    sql: 'json',
    as: 'text',
    boundary: ["'null'", "'{}'", "'[]'", "'1.0e-5'", '\' { "a" : 1 } \'', '\'""\''],
    random: (r) => `convert(${hex(Buffer.from(JSON.stringify(document(r, 0), null, r.int(0, 2))))} using utf8mb4)`,
    rowBytes: 12,
    blob: true,
  };
}

function uuid(): Kind {
  const of = (bytes: Buffer): string => {
    const text = bytes.toString('hex');
    const parts = [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)];
    return `'${parts.join('-')}'`;
  };
  /** The server stores some versions with their parts in another order. */
  const ofVersion = (r: Random, version: number): string => {
    const bytes = r.bytes(16);
    bytes[6] = (bytes[6]! & 0x0f) | (version << 4);
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    return of(bytes);
  };
  const zeros = Buffer.alloc(16);
  return {
    sql: 'uuid',
    as: 'ascii',
    boundary: [
      of(zeros),
      of(Buffer.alloc(16, 0xff)),
      "'12345678-9abc-1000-8000-000000000000'",
      "'00000000-0000-1000-8000-000000000001'",
      "'123e4567-e89b-12d3-a456-426614174000'",
      "'00000000-9abc-7000-8000-000000000000'",
    ],
    random: (r) => (r.chance(0.2) ? of(r.bytes(16)) : ofVersion(r, r.int(0, 15))),
    rowBytes: 16,
    key: 'whole',
  };
}

function inet4(): Kind {
  const of = (bytes: Buffer): string => `'${bytes.join('.')}'`;
  return {
    sql: 'inet4',
    as: 'ascii',
    boundary: ["'0.0.0.0'", "'255.255.255.255'", "'1.0.0.0'", "'0.0.0.1'", "'127.0.0.1'"],
    random: (r) => of(r.bytes(4)),
    rowBytes: 4,
    key: 'whole',
  };
}

function inet6(): Kind {
  const groups = (r: Random): string =>
    Array.from({ length: 8 }, () => (r.chance(0.5) ? '0' : r.int(0, 0xffff).toString(16))).join(':');
  const v4 = (r: Random): string => `${r.pick(['::', '::ffff:'])}${r.bytes(4).join('.')}`;
  const texts = ['::', '::1', '1::', '::ffff:0.0.0.0', '::1.2.3.4', '::0.0.1.2', '1:0:3:4:5:6:7:8', '64:ff9b::1.2.3.4'];
  const more = [
    '1:2:3:4:5:6::',
    '1:0:0:4:5:0:0:8',
    '0:0:0:0:ffff:0:1:2',
    '::1:0',
    '::ffff:ffff:1',
    '::ffff',
    '::1:0:0',
  ];
  return {
    sql: 'inet6',
    as: 'ascii',
    boundary: [...texts, ...more].map((text) => `'${text}'`),
    random: (r) => `'${r.chance(0.2) ? v4(r) : groups(r)}'`,
    rowBytes: 16,
    key: 'whole',
  };
}

/** Columns that the server compresses one value at a time; short ones stay as they are. */
function compressed(random: Random): Kind[] {
  const values = (most: number): Pick<Kind, 'boundary' | 'random'> => ({
    boundary: ["''", "'a'", `repeat('abc', ${Math.floor(most / 3)})`, `repeat('z', 99)`, `repeat('z', 100)`],
    random: (r) => `repeat('${r.digits(r.int(1, 9))} é', ${r.int(0, Math.floor(most / 12))})`,
  });
  const bytes = (most: number): Pick<Kind, 'boundary' | 'random'> => ({
    boundary: ["''", "x'00'", `repeat(x'00', ${most})`, `repeat('z', 100)`],
    random: (r) => (r.chance(0.5) ? hex(r.bytes(r.int(0, 200))) : `repeat(${hex(r.bytes(3))}, ${r.int(0, most / 3)})`),
  });
  const blob = { rowBytes: 12, blob: true } as const;
  const length = random.int(120, 300);
  return [
    { sql: `varchar(${length}) compressed`, as: 'text', ...values(length), rowBytes: 4 * length },
    { sql: 'varchar(180) compressed character set latin1', as: 'text', ...values(180), rowBytes: 182 },
    { sql: `varbinary(${length}) compressed`, as: 'bytes', ...bytes(length), rowBytes: length },
    { sql: 'tinytext compressed', as: 'text', ...values(60), ...blob },
    { sql: 'text compressed', as: 'text', ...values(3000), ...blob },
    { sql: 'mediumtext compressed', as: 'text', ...values(100_000), ...blob },
    { sql: 'longtext compressed character set utf16', as: 'text', ...values(3000), ...blob },
    { sql: 'tinyblob compressed', as: 'bytes', ...bytes(250), ...blob },
    { sql: 'blob compressed', as: 'bytes', ...bytes(3000), ...blob },
    { sql: 'longblob compressed', as: 'bytes', ...bytes(100_000), ...blob },
  ];
}

function vectors(): Kind[] {
  const kind = (length: number): Kind => ({
    sql: `vector(${length})`,
    as: 'bytes',
    boundary: [hex(Buffer.alloc(4 * length))],
    random: (r) => `vec_fromtext('[${Array.from({ length }, () => `${r.int(-99, 99)}.${r.digits(3)}`).join(',')}]')`,
    rowBytes: 4 * length,
  });
  return [kind(3), kind(100)];
}

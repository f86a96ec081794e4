import { ORDERS, type Shape } from './workload.js';

/** Documents of some 600 bytes with numbers, texts, arrays and objects in them. */
const JSON_HEAVY: Shape = {
  name: 'json',
  server: 'mysql',
  rowsShare: 1 / 4,
  create: 'CREATE TABLE documents (id BIGINT NOT NULL PRIMARY KEY, profile JSON NOT NULL, basket JSON)',
  insert: `INSERT INTO documents
    SELECT @base + n,
      JSON_OBJECT('name', CONCAT('John Smith ', LEFT(SHA2(@base + n, 224), 8)), 'city', IF(n % 16, 'London', 'Zürich'),
        'age', n % 90, 'visits', (@base + n) * 7919, 'score', (2 * n + 1) / 16e0, 'active', CAST(IF(n % 2, 'true', 'false') AS JSON),
        'tags', JSON_ARRAY('new', 'loyal', CONCAT('t', n)), 'address', JSON_OBJECT('street', CONCAT('Road ', n),
        'zip', LPAD(n, 5, '0'), 'floor', n % 12, 'note', NULL)),
      JSON_ARRAY(JSON_OBJECT('sku', LEFT(SHA2(n, 224), 10), 'quantity', n % 9, 'price', (2 * n + 1) * 3e0 / 8),
        JSON_OBJECT('sku', LEFT(SHA2(n + 1, 224), 10), 'quantity', n % 7, 'price', (2 * n + 1) * 5e0 / 8),
        JSON_OBJECT('sku', LEFT(SHA2(n + 2, 224), 10), 'quantity', n % 5, 'price', (2 * n + 1) * 7e0 / 8))
    FROM numbers`,
  update: `UPDATE documents SET profile = JSON_SET(profile, '$.age', 1, '$.address.floor', 2) WHERE id BETWEEN ? AND ?`,
};

/** 4 KiB in a row: what there is to do is to copy them. */
const BLOB_HEAVY: Shape = {
  name: 'blob',
  server: 'mysql',
  rowsShare: 1 / 2,
  create: 'CREATE TABLE blobs (id BIGINT NOT NULL PRIMARY KEY, name VARCHAR(64) NOT NULL, data MEDIUMBLOB)',
  insert: `INSERT INTO blobs SELECT @base + n, CONCAT('file ', n), REPEAT(UNHEX(SHA2(@base + n, 512)), 64) FROM numbers`,
  update: 'UPDATE blobs SET data = REVERSE(data) WHERE id BETWEEN ? AND ?',
};

/** The same without checksums, which zongji never verifies. */
const UNCHECKED_BLOBS: Shape = { ...BLOB_HEAVY, name: 'blob-unchecked', options: ['--binlog-checksum=NONE'] };

const WIDE_COLUMNS = 200;
/** Types of a wide table's columns in turn, and a value of each for `n` and the column's number. */
const WIDE_TYPES: readonly (readonly [type: string, value: (i: number) => string])[] = [
  ['INT', (i) => `n * ${i}`],
  ['BIGINT', (i) => `(@base + n) * ${i}`],
  ['DECIMAL(12,2)', (i) => `n * ${i} / 100`],
  ['VARCHAR(32) CHARACTER SET utf8mb4', (i) => `CONCAT('value ', n, ' of ${i}')`],
  ['DATETIME', (i) => `'2026-01-01' + INTERVAL n * ${i} SECOND`],
  ['SMALLINT UNSIGNED', (i) => `n + ${i}`],
  ['DOUBLE', (i) => `n * ${i} / 4e0`],
  ['CHAR(8) CHARACTER SET utf8mb4', (i) => `LEFT(SHA2(n + ${i}, 224), 8)`],
  ['DATE', (i) => `'2026-01-01' + INTERVAL n + ${i} DAY`],
  ['TINYINT', (i) => `(n + ${i}) % 100`],
];
const wide = Array.from({ length: WIDE_COLUMNS - 1 }, (_, i) => {
  const [type, value] = WIDE_TYPES[i % WIDE_TYPES.length]!;
  return { column: `c${i + 1} ${type}`, value: `IF((n + ${i}) % 10 = 0, NULL, ${value(i + 1)})` };
});

/** 200 columns of ten types, a tenth of their values NULL. */
const WIDE: Shape = {
  name: 'wide',
  server: 'mysql',
  rowsShare: 1 / 20,
  create: `CREATE TABLE wide (id BIGINT NOT NULL PRIMARY KEY, ${wide.map(({ column }) => column).join(', ')})`,
  insert: `INSERT INTO wide SELECT @base + n, ${wide.map(({ value }) => value).join(', ')} FROM numbers`,
  update: 'UPDATE wide SET c1 = c1 + 1, c4 = id WHERE id BETWEEN ? AND ?',
};

/** The rows of the other benchmarks as MariaDB logs them: row events of version 1, and JSON is a text. */
const MARIADB: Shape = {
  ...ORDERS,
  name: 'mariadb',
  server: 'mariadb',
  rowsShare: 1 / 2,
  insert: ORDERS.insert.replace("CAST(IF(n % 2, 'true', 'false') AS JSON)", 'n % 2 = 1'),
};

export const SHAPES: readonly { readonly shape: Shape; readonly ratioWanted: number }[] = [
  { shape: JSON_HEAVY, ratioWanted: 3 },
  { shape: BLOB_HEAVY, ratioWanted: 1 },
  { shape: UNCHECKED_BLOBS, ratioWanted: 1 },
  { shape: WIDE, ratioWanted: 3 },
  { shape: MARIADB, ratioWanted: 3 },
];

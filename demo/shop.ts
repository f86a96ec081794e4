import type { Connection } from 'mysql2/promise';

/** The tables of a small shop, and a workload that a shop would have: sign-ups, orders, price changes, cancellations. */
export const SHOP_TABLES = [
  `CREATE TABLE shop.customers (
     id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(80) NOT NULL, email VARCHAR(120) NOT NULL,
     country ENUM('DE','FR','JP','US','NP') NOT NULL, signed_up DATETIME(3) NOT NULL)`,
  `CREATE TABLE shop.products (
     id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, title VARCHAR(100) NOT NULL, price DECIMAL(10,2) NOT NULL,
     stock INT NOT NULL, facts JSON NOT NULL)`,
  `CREATE TABLE shop.orders (
     id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, customer_id INT UNSIGNED NOT NULL, total DECIMAL(12,2) NOT NULL,
     state ENUM('new','paid','shipped') NOT NULL, placed_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6))`,
  `CREATE TABLE shop.order_items (
     order_id BIGINT UNSIGNED NOT NULL, line TINYINT UNSIGNED NOT NULL, product_id INT UNSIGNED NOT NULL,
     quantity SMALLINT UNSIGNED NOT NULL, price DECIMAL(10,2) NOT NULL, PRIMARY KEY (order_id, line))`,
];

/** What is left of each table after the workload, for comparison: rows, and a sum that a lost or doubled row would show in. */
export const SHOP_SUMS: Readonly<Record<string, string>> = {
  customers: 'SELECT COUNT(*) AS amount, CAST(SUM(id) AS CHAR) AS total FROM shop.customers',
  products: 'SELECT COUNT(*) AS amount, CAST(SUM(price) AS CHAR) AS total FROM shop.products',
  orders: 'SELECT COUNT(*) AS amount, CAST(SUM(total) AS CHAR) AS total FROM shop.orders',
  order_items: 'SELECT COUNT(*) AS amount, CAST(SUM(price) AS CHAR) AS total FROM shop.order_items',
};

/** The column that SHOP_SUMS adds up. */
export const SUMMED: Readonly<Record<string, string>> = {
  customers: 'id',
  products: 'price',
  orders: 'total',
  order_items: 'price',
};

export interface TableSum {
  rows: number;
  total: string;
}

export async function readSums(connection: Connection): Promise<Record<string, TableSum>> {
  const sums: Record<string, TableSum> = {};
  for (const [table, sql] of Object.entries(SHOP_SUMS)) {
    const [rows] = await connection.query(sql);
    const [{ amount, total }] = rows as [{ amount: number; total: string }];
    sums[table] = { rows: amount, total };
  }
  return sums;
}

const COUNTRIES = ['DE', 'FR', 'JP', 'US', 'NP'];
const NAMES = ['Ada', 'Björn', 'Chloé', '大輔', 'Edsger', 'Grace', 'Łukasz', 'Niklaus', 'O’Neil', 'Zoë'];
const THINGS = ['Teapot', 'Bicycle', 'Notebook', 'Lamp', 'Kayak', 'Telescope', 'Chair', 'Compass'];

export interface Shopping {
  customers: number;
  products: number;
  orders: number;
  random: () => number;
}

export async function openShop(connection: Connection, shopping: Shopping): Promise<void> {
  await connection.query('CREATE DATABASE shop');
  for (const sql of SHOP_TABLES) await connection.query(sql);
  const { random } = shopping;
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const customers = Array.from({ length: shopping.customers }, (_, i) => {
    const name = `${pick(NAMES)} ${i}`;
    return [
      name,
      `customer${i}@example.com`,
      pick(COUNTRIES),
      `2024-0${1 + (i % 9)}-1${i % 10} 12:34:56.${100 + (i % 900)}`,
    ];
  });
  const products = Array.from({ length: shopping.products }, (_, i) => {
    const facts = JSON.stringify({
      weight: Math.round(random() * 1000) / 100,
      tags: [pick(THINGS), `bin ${i % 7}`],
      fragile: i % 5 === 0,
    });
    return [`${pick(THINGS)} ${i}`, (1 + random() * 200).toFixed(2), 100 + (i % 900), facts];
  });
  await insertMany(connection, 'INSERT INTO shop.customers (name, email, country, signed_up) VALUES ?', customers);
  await insertMany(connection, 'INSERT INTO shop.products (title, price, stock, facts) VALUES ?', products);
}

async function insertMany(connection: Connection, sql: string, rows: readonly unknown[][]): Promise<void> {
  for (let from = 0; from < rows.length; from += 500) await connection.query(sql, [rows.slice(from, from + 500)]);
}

/** One order in one transaction; every 10th reprices some products, every 25th is cancelled again. */
export async function placeOrder(connection: Connection, shopping: Shopping, number: number): Promise<void> {
  const { random } = shopping;
  const some = (count: number): number => 1 + Math.floor(random() * count);
  const items = Array.from({ length: some(4) }, (_, i) => [
    i + 1,
    some(shopping.products),
    some(5),
    (1 + random() * 99).toFixed(2),
  ]);
  const total = items.reduce((sum, item) => sum + Number(item[2]) * Number(item[3]), 0).toFixed(2);
  await connection.beginTransaction();
  const [order] = await connection.query('INSERT INTO shop.orders (customer_id, total, state) VALUES (?, ?, ?)', [
    some(shopping.customers),
    total,
    'new',
  ]);
  const { insertId } = order as { insertId: number };
  await connection.query('INSERT INTO shop.order_items VALUES ?', [items.map((item) => [insertId, ...item])]);
  for (const item of items) {
    await connection.query('UPDATE shop.products SET stock = stock - ? WHERE id = ?', [item[2], item[1]]);
  }
  await connection.commit();
  await connection.query("UPDATE shop.orders SET state = 'paid' WHERE id = ?", [insertId]);
  if (number % 10 === 0) {
    const first = some(shopping.products);
    await connection.query('UPDATE shop.products SET price = price * 1.01 WHERE id BETWEEN ? AND ?', [
      first,
      first + 20,
    ]);
  }
  if (number % 25 === 0) {
    await connection.beginTransaction();
    await connection.query('DELETE FROM shop.order_items WHERE order_id = ?', [insertId]);
    await connection.query('DELETE FROM shop.orders WHERE id = ?', [insertId]);
    await connection.commit();
  }
}

/** Mulberry32: the same shop for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

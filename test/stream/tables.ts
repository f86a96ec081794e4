/** The tables that shop.ts is the type of. */
export const SHOP: readonly string[] = [
  'CREATE DATABASE shop CHARACTER SET utf8mb4',
  `CREATE TABLE shop.orders (
     id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
     customer INT NOT NULL,
     status ENUM('new', 'paid', 'it''s sent') NOT NULL DEFAULT 'new',
     total DECIMAL(10,2) NOT NULL,
     gross DECIMAL(12,2) GENERATED ALWAYS AS (total * 1.2) STORED NOT NULL,
     note TEXT,
     tags SET('gift', 'rush'),
     details JSON,
     receipt BLOB,
     internal INT NOT NULL DEFAULT 0 INVISIBLE,
     created TIMESTAMP(3) NULL)`,
  `CREATE TABLE shop.\`odd.name \`\`s\` (
     \`it's */ "odd"\` INT NOT NULL,
     \`__proto__\` INT,
     \`日本\` YEAR NOT NULL,
     kind ENUM('*/', 'back\\\\slash', '') NOT NULL,
     doubled INT GENERATED ALWAYS AS (\`it's */ "odd"\` * 2) VIRTUAL,
     PRIMARY KEY (\`日本\`, \`it's */ "odd"\`))`,
  'CREATE VIEW shop.paid AS SELECT id FROM shop.orders WHERE status = 2',
];

/** The statements by which tools alter a table while it is in use, as they send them. */

export interface OnlineChange {
  readonly schema: string;
  readonly table: string;
  readonly alter: string;
  /** Columns that both the old and the new table have. */
  readonly columns: readonly string[];
  /** What the table is, from SHOW CREATE TABLE. */
  readonly create: string;
}

/** gh-ost: it copies, follows the log, and swaps the tables while both are locked. `write` stands for what it read there. */
export function ghost({ schema, table, alter, columns }: OnlineChange, write: readonly string[]): string[][] {
  const name = (suffix: string): string => `\`${schema}\`.\`_${table}_${suffix}\``;
  const list = columns.map((column) => `\`${column}\``).join(', ');
  const copying = [
    `drop /* gh-ost */ table if exists ${name('gho')}`,
    `drop /* gh-ost */ table if exists ${name('del')}`,
    `create /* gh-ost */ table ${name('ghc')} (
			id bigint auto_increment,
			last_update timestamp not null DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
			hint varchar(64) charset ascii not null,
			value varchar(4096) charset ascii not null,
			primary key(id),
			unique key hint_uidx(hint)
		) auto_increment=256`,
    `create /* gh-ost */ table ${name('gho')} like \`${schema}\`.\`${table}\``,
    `alter /* gh-ost */ table ${name('gho')} ${alter}`,
    `insert /* gh-ost */ into ${name('ghc')} (id, hint, value) values (NULLIF(2, 0), 'state', 'GhostTableMigrated')
      on duplicate key update last_update=NOW(), value=VALUES(value)`,
    ...write,
    `insert /* gh-ost \`${schema}\`.\`${table}\` */ ignore into ${name('gho')} (${list})
      (select ${list} from \`${schema}\`.\`${table}\` force index (\`PRIMARY\`)
        where (((\`id\` > _binary'0') or ((\`id\` = _binary'0')))) lock in share mode)`,
    `create /* gh-ost */ table ${name('del')} (
			id int auto_increment primary key
		) engine=InnoDB comment='ghost-cut-over-sentry'`,
  ];
  const swap = `rename /* gh-ost */ table \`${schema}\`.\`${table}\` to ${name('del')}, ${name('gho')} to \`${schema}\`.\`${table}\``;
  return [
    copying,
    [`drop /* gh-ost */ table if exists ${name('del')}`],
    [swap],
    [`drop /* gh-ost */ table if exists ${name('ghc')}`, `drop /* gh-ost */ table if exists ${name('del')}`],
  ];
}

/** pt-online-schema-change: triggers copy what is written while it copies the rest. */
export function ptOnlineSchemaChange(change: OnlineChange, write: readonly string[]): string[] {
  const { schema, table, alter, columns, create } = change;
  const [old, fresh, current] = [
    `\`${schema}\`.\`_${table}_old\``,
    `\`${schema}\`.\`_${table}_new\``,
    `\`${schema}\`.\`${table}\``,
  ];
  const list = columns.map((column) => `\`${column}\``).join(', ');
  const values = columns.map((column) => `NEW.\`${column}\``).join(', ');
  const trigger = (event: string): string => `\`${schema}\`.\`pt_osc_${schema}_${table}_${event}\``;
  const remove = `DELETE IGNORE FROM ${fresh} WHERE ${fresh}.\`id\` <=> OLD.\`id\``;
  const put = `REPLACE INTO ${fresh} (${list}) VALUES (${values})`;
  return [
    create.replace(/^CREATE TABLE `[^`]*`/, `CREATE TABLE ${fresh}`),
    `ALTER TABLE ${fresh} ${alter}`,
    `CREATE TRIGGER ${trigger('del')} AFTER DELETE ON ${current} FOR EACH ROW ${remove}`,
    `CREATE TRIGGER ${trigger('upd')} AFTER UPDATE ON ${current} FOR EACH ROW BEGIN ${remove}; ${put};END`,
    `CREATE TRIGGER ${trigger('ins')} AFTER INSERT ON ${current} FOR EACH ROW ${put}`,
    ...write,
    `INSERT LOW_PRIORITY IGNORE INTO ${fresh} (${list}) SELECT ${list} FROM ${current} LOCK IN SHARE MODE /*pt-online-schema-change 7 copy table*/`,
    `ANALYZE TABLE ${fresh} /* pt-online-schema-change */`,
    `RENAME TABLE ${current} TO ${old}, ${fresh} TO ${current}`,
    `DROP TABLE IF EXISTS ${old}`,
    `DROP TRIGGER IF EXISTS ${trigger('del')}`,
    `DROP TRIGGER IF EXISTS ${trigger('upd')}`,
    `DROP TRIGGER IF EXISTS ${trigger('ins')}`,
  ];
}

import { isSince } from '../mysql/doctor.js';
import { type Check, error, type Facts, ok, warning } from './finding.js';
import { identifier } from './syntax.js';

const replicationSlave: Check = {
  name: 'REPLICATION SLAVE',
  check(facts) {
    if (facts.grants.hasGlobal('REPLICATION SLAVE')) return ok('granted: the log may be read');
    return error('not granted: the log may not be read', { sql: [grant(facts, 'REPLICATION SLAVE', '*.*')] });
  },
};

/** What SHOW BINARY LOGS and SHOW MASTER STATUS ask for. */
const replicationClient: Check = {
  name: 'REPLICATION CLIENT',
  check(facts) {
    const name = isSince(facts, 'mariadb', [10, 5, 2]) ? 'BINLOG MONITOR' : 'REPLICATION CLIENT';
    if ([name, 'SUPER'].some((each) => facts.grants.hasGlobal(each)))
      return ok('granted: the log’s files may be listed');
    return error(`${name} is not granted: the log’s files may not be listed`, { sql: [grant(facts, name, '*.*')] });
  },
};

/** Needed for columns, which MySQL's log describes itself with FULL metadata; MariaDB's tells no UUID from BINARY(16). */
const select: Check = {
  name: 'SELECT',
  check(facts) {
    const { grants, reader, variables } = facts;
    const missing = targets(reader.include).filter(({ schema, table }) =>
      schema === null ? !grants.hasGlobal('SELECT') : !grants.hasOn('SELECT', schema, table),
    );
    const seen = facts.tables.filter(({ schema, name }) => reader.wants(schema, name)).length;
    if (missing.length === 0) return ok(`granted; ${seen} tables in scope`);
    if (facts.flavour === 'mysql' && variables.get('binlog_row_metadata') === 'FULL') {
      return ok('not granted, and not needed: the log describes its columns');
    }
    const sql = missing.map(({ schema, table }) =>
      grant(
        facts,
        'SELECT',
        schema === null ? '*.*' : `${identifier(schema)}.${table === '*' ? '*' : identifier(table)}`,
      ),
    );
    const message = `not granted on all that is streamed: the log does not describe its columns, and those of ${seen} tables may be read`;
    return seen === 0 ? error(message, { sql }) : warning(message, { sql });
  },
};

/** What patterns name; a schema that is a pattern itself may be any. */
function targets(include: readonly string[]): { schema: string | null; table: string }[] {
  const all = { schema: null, table: '*' };
  if (include.length === 0) return [all];
  const found = include.map((pattern) => {
    const [, schema = null, table = '*'] = /^([\w$-]+)\.(\*|[\w$-]+)$/.exec(pattern) ?? [];
    return schema === null ? all : { schema, table };
  });
  return found.includes(all) ? [all] : found;
}

function grant(facts: Facts, privilege: string, on: string): string {
  return `GRANT ${privilege} ON ${on} TO ${facts.account}`;
}

const LISTED_MAX = 20;

const primaryKeys: Check = {
  name: 'primary keys',
  check(facts) {
    const tables = facts.tablesWithoutKey.filter(({ schema, name }) => facts.reader.wants(schema, name));
    if (tables.length === 0) return ok('every table in scope that may be seen has one');
    const listed = tables.slice(0, LISTED_MAX);
    const rest = tables.length - listed.length;
    const names = listed.map(({ schema, name }) => `${schema}.${name}`).join(', ');
    return warning(`none in ${names}${rest > 0 ? ` and ${rest} more` : ''}: their changes have no key`, {
      sql: listed.map((table) => addKey(facts, table)),
    });
  },
};

function addKey(facts: Facts, { schema, name, autoIncrement }: Facts['tablesWithoutKey'][number]): string {
  const table = `${identifier(schema)}.${identifier(name)}`;
  if (autoIncrement !== null) return `ALTER TABLE ${table} ADD PRIMARY KEY (${identifier(autoIncrement)})`;
  const hidden = isSince(facts, 'mariadb', [10, 3, 3]) || isSince(facts, 'mysql', [8, 0, 23]);
  return `ALTER TABLE ${table} ADD COLUMN row_id BIGINT UNSIGNED NOT NULL${hidden ? ' INVISIBLE' : ''} AUTO_INCREMENT PRIMARY KEY`;
}

export const ACCESS_CHECKS: readonly Check[] = [replicationSlave, replicationClient, select, primaryKeys];

/** What a user may do, as far as SHOW GRANTS says it: its own privileges and those of its active roles. */
export interface Grants {
  /** A privilege that exists for the whole server only, by the name that the server prints. */
  hasGlobal(privilege: string): boolean;
  /** A privilege on all columns of every table of a schema, or of one table. */
  hasOn(privilege: string, schema: string, table?: string): boolean;
}

/** GRANT SELECT, INSERT (a, b) ON `shop`.* TO …, REVOKE SELECT ON `mysql`.* FROM … */
const GRANT = /^(GRANT|REVOKE) (.+?) ON (?:TABLE )?(\*|`(?:[^`]|``)*`)\.(\*|`(?:[^`]|``)*`) (?:TO|FROM) /;

interface Grant {
  readonly isRevoke: boolean;
  readonly privileges: readonly string[];
  readonly schema: string;
  readonly table: string;
}

/** From the lines of SHOW GRANTS; those that grant roles, or privileges on procedures, say nothing here. */
export function parseGrants(lines: readonly string[]): Grants {
  const grants = lines.flatMap((line) => parse(line) ?? []);
  const find = (privilege: string, covers: (grant: Grant) => boolean): Grant[] =>
    grants.filter(({ privileges, ...grant }) => {
      const isMeant = privileges.includes(privilege) || privileges.includes('ALL PRIVILEGES');
      return isMeant && covers({ privileges, ...grant });
    });
  return {
    hasGlobal: (privilege) => find(privilege, ({ schema }) => schema === '*').length > 0,
    hasOn: (privilege, schema, table = '*') => {
      const covering = find(
        privilege,
        (grant) =>
          (grant.schema === '*' || isLike(schema, grant.schema)) && (grant.table === '*' || grant.table === table),
      );
      return covering.length > 0 && !covering.some(({ isRevoke }) => isRevoke);
    },
  };
}

function parse(line: string): Grant | null {
  const [, verb, privileges = '', schema = '', table = ''] = GRANT.exec(line) ?? [];
  if (verb === undefined) return null;
  // A privilege on some columns is none on the table; their list may hold commas.
  const names = privileges.replaceAll(/\S+ \([^)]*\)/g, '').split(', ');
  return {
    isRevoke: verb === 'REVOKE',
    privileges: names.map((name) => name.trim()),
    schema: unquoted(schema),
    table: unquoted(table),
  };
}

function unquoted(name: string): string {
  return name.startsWith('`') ? name.slice(1, -1).replaceAll('``', '`') : name;
}

/** The name of a schema in a grant is a pattern of LIKE. */
function isLike(schema: string, pattern: string): boolean {
  const source = pattern.replaceAll(/\\.|./gs, (part) => {
    if (part === '%') return '.*';
    return part === '_' ? '.' : part.slice(-1).replace(/\W/, '\\$&');
  });
  return new RegExp(`^${source}$`, 's').test(schema);
}

import { RowtideError } from '../core/errors.js';
import { readAllColumns, type TableFacts } from '../mysql/columns.js';
import { type Connection, withConnection } from '../mysql/connect.js';
import { probe } from '../mysql/probe.js';
import { baseTables } from '../mysql/tables.js';
import { placeOf } from '../mysql/url.js';
import { tableKey } from '../stream/change.js';
import { databaseType } from '../stream/declarations.js';
import { tableTest } from '../transform/filter.js';
import type { CommonOptions } from './options.js';
import { addressOf } from './password.js';

export interface TypesOptions extends CommonOptions {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly name: string;
  readonly passwordFile?: string;
  readonly askPassword?: true;
}

export async function types(server: string, options: TypesOptions): Promise<void> {
  const { include = [], exclude = [], name } = options;
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) {
    throw new RowtideError('USAGE', `not the name of a type: ${JSON.stringify(name)}`, {
      hint: 'It has letters, digits and _, and does not begin with a digit.',
    });
  }
  const wants = tableTest({ include, exclude });
  const address = await addressOf(server, {
    passwordFile: options.passwordFile,
    prompt: options.askPassword ?? false,
    env: process.env,
  });
  const { signal } = new AbortController();
  const { tables, flavour } = await withConnection(address, signal, async (connection) => ({
    tables: await tablesWithoutViews(connection),
    flavour: (await probe(connection)).identity.flavour,
  }));
  const wanted = tables.filter((table) => wants(table.schema, table.name));
  if (wanted.length === 0) {
    throw new RowtideError('USAGE', `${placeOf(address)}: user ${address.user} sees no such table`, {
      hint: 'Check --include and --exclude, and that the user may SELECT from the tables.',
    });
  }
  process.stdout.write(databaseType(wanted, { name, flavour }));
}

async function tablesWithoutViews(connection: Connection): Promise<TableFacts[]> {
  const base = new Set((await baseTables(connection)).map(tableKey));
  return (await readAllColumns(connection)).filter((table) => base.has(tableKey(table)));
}

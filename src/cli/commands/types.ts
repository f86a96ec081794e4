import type { Command } from 'commander';
import { addCommonOptions, collected } from '../options.js';
import type { Registration } from '../registration.js';
import type { TypesOptions } from '../types.js';

const HELP = `
The type has a member for each table, named schema.table, and is what stream<Db>() of the library takes. It needs
SELECT on the tables.

Examples:
  $ rowtide types mysql://cdc@db1:3306 > db.ts
  $ rowtide types mysql://cdc@db1 --include 'shop.*' --name ShopDb > shop.ts`;

export function registerTypes(program: Command, { run }: Registration): void {
  const command = program
    .command('types')
    .summary('write TypeScript types of tables')
    .description('Writes a TypeScript type of what the rows of each table hold.')
    .argument('<server>', 'mysql://user@host:port')
    .option('--include <tables>', 'only these tables: shop.*, *.orders or /regex/ (repeatable)', collected)
    .option('--exclude <tables>', 'not these tables (repeatable)', collected)
    .option('--name <type>', 'what the type is called', 'Db')
    .option('--password-file <file>', 'read the password from this file')
    .option('-p, --ask-password', 'ask for the password');
  addCommonOptions(command)
    .addHelpText('after', HELP)
    .action((server: string, options: TypesOptions) =>
      run(async () => (await import('../types.js')).types(server, options)),
    );
}

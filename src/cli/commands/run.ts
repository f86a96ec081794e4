import type { Command } from 'commander';
import { addCommonOptions, durationMs } from '../options.js';
import type { Registration } from '../registration.js';
import type { RunOptions } from '../run.js';

const HELP = `
The configuration:
  state: ./state                      # checkpoints, spool, control socket
  pipelines:
    shop-to-kafka:
      source: { url: "mysql://cdc@db1:3306", password: "\${file:/run/secrets/db1}" }
      transform: { include: ["shop.*"], exclude: ["shop.tmp_*"] }
      sink: { kafka: { brokers: ["kafka:9092"], topic: "{schema}.{table}", format: json } }

\${env:NAME}, \${env:NAME:-default} and \${file:/path} are replaced by what they name; $$ is a dollar sign.

SIGTERM and SIGINT end it after what was read is written; a second one ends it at once.

Examples:
  $ rowtide run --config rowtide.yaml --check
  $ rowtide run --config rowtide.yaml`;

export function registerRun(program: Command, { run }: Registration): void {
  const command = program
    .command('run')
    .summary('run the pipelines of a configuration')
    .description('Runs the pipelines of a configuration until they end or it is told to stop.')
    .requiredOption('--config <file>', 'the configuration (YAML)')
    .option('--check', 'only say whether the configuration is right')
    .option('--shutdown-timeout <time>', 'how long to finish in when told to stop', durationMs, 8000);
  addCommonOptions(command)
    .addHelpText('after', HELP)
    .action((options: RunOptions) => run(async () => (await import('../run.js')).run(options)));
}

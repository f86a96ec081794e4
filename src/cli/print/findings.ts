import type { Colors } from 'picocolors/types.js';
import type { NamedFinding } from '../../doctor/checks.js';
import type { Fix } from '../../doctor/finding.js';
import { visible, visibleJson } from '../../format/visible.js';

/** What a doctor says of a server. */
export interface Examined {
  readonly server: string;
  readonly version: string;
  readonly findings: readonly NamedFinding[];
}

export function jsonOf(examined: Examined): string {
  return `${visibleJson(JSON.stringify(examined))}\n`;
}

/** A line for each check, and beneath it what mends it: statements, ready to be pasted. */
export function textOf({ server, version, findings }: Examined, colors: Colors): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const paint = { ok: colors.green, warning: colors.yellow, error: colors.red };
  const lines = findings.flatMap((finding) => [
    `${paint[finding.status](finding.status.padEnd(7))}  ${finding.name.padEnd(width)}  ${visible(finding.message)}`,
    ...(finding.status === 'ok' ? [] : fixLines(finding.fix).map((line) => `${' '.repeat(9)}${visible(line)}`)),
  ]);
  return [`${server}  ${visible(version)}`, '', ...lines, ''].join('\n');
}

function fixLines({ sql, options, note }: Fix): string[] {
  const file =
    sql.length > 0 ? '-- to keep it over a restart, in the option file:' : '-- in the option file, then restart:';
  return [
    ...sql.map((statement) => `${statement};`),
    ...(options.length > 0 ? [`${file} [mysqld] ${options.join('; ')}`] : []),
    ...(note === null ? [] : [`-- ${note}`]),
  ];
}

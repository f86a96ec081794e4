import { RowtideError } from '../core/errors.js';
import { visible } from '../format/visible.js';

export interface ReportOptions {
  /** Show where in the program it happened. */
  readonly verbose: boolean;
  readonly redact: (text: string) => string;
}

/** An error for a person: one line with its code, and one that says what to do about it. */
export function errorReport(error: unknown, { verbose, redact }: ReportOptions): string {
  const code = error instanceof RowtideError ? error.code : 'INTERNAL';
  const hint =
    error instanceof RowtideError ? error.hint : 'This is a defect of Rowtide; --verbose says where it happened.';
  const lines = [`rowtide: ${code}: ${messageOf(error)}`];
  if (hint !== undefined) lines.push(`  hint: ${hint}`);
  if (verbose) lines.push(...stacksOf(error));
  // Names from a server may be in any of them.
  return `${lines
    .flatMap((line) => redact(line).split('\n'))
    .map(visible)
    .join('\n')}\n`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function stacksOf(error: unknown): string[] {
  const stacks: string[] = [];
  for (let each = error; each instanceof Error; each = each.cause) stacks.push(each.stack ?? each.message);
  return stacks;
}

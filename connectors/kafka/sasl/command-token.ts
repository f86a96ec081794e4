import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { RowtideError } from 'rowtide';
import type { TokenProvider } from './oauthbearer.js';

const run = promisify(execFile);
const TIMEOUT_MS = 10_000;

/** A token that a program prints, asked for anew by each connection; those that ask at the same time share one. */
export function commandToken([file = '', ...args]: readonly string[]): TokenProvider {
  let asking: Promise<{ value: string }> | null = null;
  return () => {
    asking ??= tokenOf(file, args).finally(() => {
      asking = null;
    });
    return asking;
  };
}

async function tokenOf(file: string, args: readonly string[]): Promise<{ value: string }> {
  try {
    const value = (await run(file, [...args], { timeout: TIMEOUT_MS })).stdout.trim();
    if (/^[\x21-\x7e]+$/.test(value)) return { value };
  } catch (cause) {
    throw noToken(file, `it failed: ${reasonOf(cause)}`, cause);
  }
  throw noToken(file, 'what it printed is not one word');
}

/** Not the message of the error: that has the arguments, which may hold a secret. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { code, stderr, killed } = cause as { code?: string | number; stderr?: string; killed?: boolean };
  if (killed === true) return `no answer within ${TIMEOUT_MS} ms`;
  const said = stderr?.trim().split('\n').at(-1) ?? '';
  return said === '' ? `code ${code}` : `code ${code}, ${said}`;
}

function noToken(file: string, why: string, cause?: unknown): RowtideError {
  return new RowtideError('SINK_UNREACHABLE', `sasl.command ${file} gives no token: ${why}`, {
    hint: 'It has to print the token, and nothing else, and to end with 0.',
    retryable: true,
    cause,
  });
}

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { RowtideError } from '../core/errors.js';
import { parseServerUrl, placeOf, type ServerAddress } from '../mysql/url.js';

export interface PasswordOptions {
  readonly passwordFile: string | undefined;
  /** Ask for it on the terminal. */
  readonly prompt: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The server of a URL, its password from the first of: file, prompt, the URL itself, MYSQL_PWD. */
export async function addressOf(url: string, options: PasswordOptions): Promise<ServerAddress> {
  const address = parsed(url);
  const password = await passwordOf(address, options);
  return password === undefined ? address : parsed(url, password);
}

/** What to log in with in place of the address's own password; undefined: that one. */
export async function passwordOf(address: ServerAddress, options: PasswordOptions): Promise<string | undefined> {
  if (options.passwordFile !== undefined) return readPasswordFile(options.passwordFile);
  if (options.prompt) return askPassword(`Password of ${address.user} at ${placeOf(address)}: `);
  return address.password.reveal() === '' ? options.env.MYSQL_PWD : undefined;
}

function parsed(url: string, password?: string): ServerAddress {
  try {
    return parseServerUrl(url, password === undefined ? {} : { password });
  } catch (error) {
    if (!(error instanceof RowtideError)) throw error;
    throw new RowtideError('USAGE', error.message, error.hint === undefined ? {} : { hint: error.hint });
  }
}

function readPasswordFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new RowtideError('USAGE', `cannot read the password file ${path}: ${(cause as Error).message}`, { cause });
  }
}

async function askPassword(question: string): Promise<string> {
  if (process.stdin.isTTY !== true) {
    throw new RowtideError('USAGE', 'there is no terminal to ask for a password', {
      hint: 'Put it into MYSQL_PWD, or into a file that --password-file names.',
    });
  }
  // A terminal whose echo goes nowhere, from before the question is there to be answered.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  const closed = new AbortController();
  terminal.once('close', () => closed.abort());
  terminal.once('SIGINT', () => {
    terminal.close();
    process.kill(process.pid, 'SIGINT');
  });
  process.stderr.write(question);
  try {
    return await terminal.question('', { signal: closed.signal });
  } catch (cause) {
    throw new RowtideError('USAGE', 'no password was given', { cause });
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}

const CREDENTIALS = /^(\w+:\/\/[^:@/]*):.*@/s;
const PASSWORD_OPTION = /^(-p|--pass\w*=).+/s;

/** The same argument without the password that it may hold; rather too much is hidden than too little. */
export function withoutPassword(argument: string): string {
  return argument.replace(CREDENTIALS, '$1:***@').replace(PASSWORD_OPTION, '$1***');
}

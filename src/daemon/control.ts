import { chmod, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { type ErrorCode, RowtideError } from '../core/errors.js';
import type { RelayStatus } from './relay-status.js';
import type { PipelineStatus } from './status.js';

/** One line of JSON each way over the socket, then the connection ends. Without `pipeline`, all of them are meant. */
export type ControlRequest =
  | { readonly command: 'status' }
  | { readonly command: 'pause' | 'resume'; readonly pipeline: string | null }
  | { readonly command: 'skip' | 'until'; readonly gtid: string; readonly pipeline: string | null }
  | { readonly command: 'wait'; readonly gtid: string; readonly timeoutMs: number; readonly pipeline: string | null }
  | DelayedRequest;

/** About a replica that is late on purpose. */
export type DelayedRequest =
  | { readonly command: 'catch-up'; readonly pipeline: string | null }
  /** `before`: a GTID, a time, or `before:` and a statement. */
  | { readonly command: 'apply'; readonly before: string; readonly pipeline: string | null }
  /** `transaction`: a GTID, or file:offset where there is none. */
  | { readonly command: 'allow'; readonly transaction: string; readonly pipeline: string | null }
  | { readonly command: 'delay'; readonly delayMs: number; readonly pipeline: string | null };

/** How those are that were asked, and all relays. */
export interface ControlAnswer {
  readonly pipelines: readonly PipelineStatus[];
  readonly relays: readonly RelayStatus[];
}

export type ControlReply =
  | ({ readonly ok: true; readonly pid: number } & ControlAnswer)
  | { readonly ok: false; readonly error: ControlError };

export interface ControlError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
  readonly retryable: boolean;
}

/** The length that the system has room for in a socket's address. */
const SOCKET_PATH_BYTES_MAX = 104;
const REQUEST_BYTES_MAX = 1024 * 1024;

export interface ControlServer {
  close(): Promise<void>;
}

/**
 * Listens for requests of this user on a Unix socket. A socket that a dead process left is replaced; a living one is
 * refused with CHECKPOINT_LOCKED.
 */
export async function listenForControl(
  path: string,
  answer: (request: ControlRequest) => Promise<ControlAnswer>,
): Promise<ControlServer> {
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX) {
    throw new RowtideError('CONFIG_INVALID', `the path of the control socket is too long for the system: ${path}`, {
      hint: 'Choose a state folder with a shorter path.',
    });
  }
  await removeStale(path);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    void serve(socket, answer);
  });
  await listening(server, path);
  return {
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function listening(server: Server, path: string): Promise<void> {
  // Made for its owner alone from the first moment on; chmod only takes the execute bit away.
  const mask = process.umask(0o077);
  try {
    // Later ones, as when no file handle is left for who connects, end nothing.
    await new Promise<void>((resolve, reject) => server.on('error', reject).listen(path, resolve));
    await chmod(path, 0o600);
  } catch (cause) {
    throw new RowtideError('IO', `cannot listen on ${path}: ${String(cause)}`, { cause });
  } finally {
    process.umask(mask);
  }
}

async function removeStale(path: string): Promise<void> {
  const socket = await connected(path);
  if (socket === null) return rm(path, { force: true });
  socket.destroy();
  throw new RowtideError('CHECKPOINT_LOCKED', `another rowtide runs with this state folder: ${path} answers`, {
    hint: 'Stop it first, or give this one another state folder.',
  });
}

/** Null when nobody listens. */
function connected(path: string): Promise<Socket | null> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(null);
      else reject(new RowtideError('IO', `cannot reach ${path}: ${error.message}`, { cause: error }));
    });
  });
}

async function serve(socket: Socket, answer: (request: ControlRequest) => Promise<ControlAnswer>): Promise<void> {
  let received = 0;
  socket.on('data', (chunk) => {
    received += chunk.length;
    if (received > REQUEST_BYTES_MAX) socket.destroy();
  });
  // Whoever asked and went away needs no answer.
  socket.on('error', () => socket.destroy());
  try {
    const answered = await answer(parseRequest(await firstLine(socket)));
    send(socket, { ok: true, pid: process.pid, ...answered });
  } catch (error) {
    send(socket, { ok: false, error: errorOf(error) });
  }
}

function send(socket: Socket, reply: ControlReply): void {
  socket.end(`${JSON.stringify(reply)}\n`);
}

function errorOf(error: unknown): ControlError {
  if (!(error instanceof RowtideError)) {
    return {
      code: 'IO',
      message: error instanceof Error ? error.message : String(error),
      hint: null,
      retryable: false,
    };
  }
  const { code, message, hint = null, retryable } = error;
  return { code, message, hint, retryable };
}

async function firstLine(socket: Socket): Promise<string> {
  for await (const line of createInterface({ input: socket })) return line;
  return '';
}

function parseRequest(line: string): ControlRequest {
  const request = parseObject(line);
  const { command, pipeline = null, gtid, before, transaction, delayMs, timeoutMs } = request;
  if (pipeline === null || typeof pipeline === 'string') {
    if (command === 'status') return { command };
    if (command === 'pause' || command === 'resume' || command === 'catch-up') return { command, pipeline };
    if (command === 'apply' && typeof before === 'string') return { command, before, pipeline };
    if (command === 'allow' && typeof transaction === 'string') return { command, transaction, pipeline };
    if (command === 'delay' && typeof delayMs === 'number') return { command, delayMs, pipeline };
    if ((command === 'skip' || command === 'until') && typeof gtid === 'string') return { command, gtid, pipeline };
    if (command === 'wait' && typeof gtid === 'string' && typeof timeoutMs === 'number')
      return { command, gtid, timeoutMs, pipeline };
  }
  throw new RowtideError('USAGE', `not a request: ${JSON.stringify(request)}`);
}

function parseObject(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below, in words of ours.
  }
  throw new RowtideError('USAGE', 'a request is one JSON object on one line');
}

/** Asks the daemon that listens on `path`; null if none does. What it refuses is thrown as it was there. */
export async function askControl(path: string, request: ControlRequest): Promise<(ControlReply & { ok: true }) | null> {
  const socket = await connected(path);
  if (socket === null) return null;
  try {
    socket.write(`${JSON.stringify(request)}\n`);
    const reply = parseObject(await firstLine(socket)) as unknown as ControlReply;
    if (reply.ok) return reply;
    const { code, message, hint, retryable } = reply.error;
    throw new RowtideError(code, message, hint === null ? { retryable } : { hint, retryable });
  } finally {
    socket.destroy();
  }
}

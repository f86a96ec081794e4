import { stat } from 'node:fs/promises';
import { RowtideError } from '../core/errors.js';
import type { Position } from '../core/position.js';
import { readStored } from '../daemon/stored.js';
import { examine } from '../doctor/checks.js';
import type { BacklogFacts, CheckpointFacts, Reader } from '../doctor/finding.js';
import { type Connection, withConnection } from '../mysql/connect.js';
import { gatherFacts } from '../mysql/doctor.js';
import { placeOf } from '../mysql/url.js';
import { measureBacklog } from '../source/backlog.js';
import { preflight } from '../source/preflight.js';
import { serverLog } from '../source/server.js';
import { tableTest } from '../transform/filter.js';
import { type CommonOptions, colorsFor } from './options.js';
import { addressOf } from './password.js';
import { type Examined, jsonOf, textOf } from './print/findings.js';

export interface DoctorOptions extends CommonOptions {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly checkpoint?: string;
  readonly serverId?: number;
  readonly format: 'text' | 'json';
  readonly passwordFile?: string;
  readonly askPassword?: true;
}

/** Prints what the checks find; throws SOURCE_SETTINGS if any of it is an error. */
export async function doctor(server: string, options: DoctorOptions): Promise<void> {
  const { include = [], exclude = [], serverId = null } = options;
  const wants = tableTest({ include, exclude });
  const saved = options.checkpoint === undefined ? null : await savedPosition(options.checkpoint);
  const address = await addressOf(server, {
    passwordFile: options.passwordFile,
    prompt: options.askPassword ?? false,
    env: process.env,
  });
  const examined = await withConnection(
    address,
    new AbortController().signal,
    async (connection): Promise<Examined> => {
      const facts = await gatherFacts(connection);
      const checkpoint = saved === null ? null : await checkpointFacts(connection, saved);
      const backlog = facts.variables.get('log_bin') === 'ON' ? await backlogFacts(connection) : null;
      const reader: Reader = { wants, include, serverId, checkpoint };
      return { server: placeOf(address), version: facts.version, findings: examine({ ...facts, reader, backlog }) };
    },
  );
  process.stdout.write(
    options.format === 'json' ? jsonOf(examined) : textOf(examined, colorsFor(options, process.stdout)),
  );
  const errors = examined.findings.filter(({ status }) => status === 'error');
  if (errors.length === 0) return;
  throw new RowtideError('SOURCE_SETTINGS', `${examined.server}: ${errors.map(({ name }) => name).join(', ')}`, {
    hint: 'A stream would fail or lose changes; the lines above say what mends it.',
  });
}

/** Null where the user may not list the files, or not read them. */
async function backlogFacts(connection: Connection): Promise<BacklogFacts | null> {
  const { signal } = new AbortController();
  try {
    const { files, bytesPerSecond, measuredSeconds } = await measureBacklog(
      connection,
      serverLog({ address: connection.address }),
      signal,
    );
    const loggedBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return { bytesPerSecond, measuredSeconds, loggedBytes };
  } catch (error) {
    // Another check says so.
    if (error instanceof RowtideError) return null;
    throw error;
  }
}

interface SavedPosition {
  readonly position: Position;
  readonly ageSeconds: number;
}

/** A checkpoint does not say when it was made, but its file does. */
async function savedPosition(path: string): Promise<SavedPosition> {
  const { position } = await readStored(path);
  const { mtimeMs } = await stat(path);
  return { position, ageSeconds: Math.max(0, Math.round((Date.now() - mtimeMs) / 1000)) };
}

async function checkpointFacts(
  connection: Connection,
  { position, ageSeconds }: SavedPosition,
): Promise<CheckpointFacts> {
  try {
    await preflight(connection, position, { executedWaitSeconds: 0 });
    return { ageSeconds, refusal: null };
  } catch (error) {
    if (!(error instanceof RowtideError)) throw error;
    return { ageSeconds, refusal: { message: error.message, hint: error.hint ?? '' } };
  }
}

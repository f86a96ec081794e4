import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { RowtideError } from '../../core/errors.js';
import { type AnyGtid, formatGtid, type GtidSet, isMariaGtid } from '../../core/gtid.js';
import type { Position } from '../../core/position.js';
import type { Output } from '../../inspect/output.js';
import { fileLog } from '../../source/files.js';
import { type Selection, selectedLog } from '../../source/selected-log.js';
import { serverLog } from '../../source/server.js';
import { tableTest } from '../../transform/filter.js';
import { serverAddress } from './connection.js';
import { flashback } from './flashback.js';
import type { Inspected } from './inspect.js';
import type { InspectOptions } from './options.js';
import { isGtidList, startOffset, stopOffset } from './sources.js';
import { openWriter, type Writer } from './writer.js';

/** Prints what undoes the range of --flashback. */
export async function printFlashback({ files, server, options, signal }: Inspected): Promise<void> {
  refuseOthers(options);
  const log = server === null ? fileLog({ paths: files }) : serverLog({ address: server.address, stopAtEnd: true });
  const names = server === null ? files.map((path) => basename(path)) : server.files;
  const offset = server === null ? startOffset(options) : server.startPosition;
  const from: Position = {
    source: await log.identity(signal),
    log: { kind: 'file', file: names[0]!, offset },
    held: [],
  };
  const readsOn = server?.toLastLog ?? names[0] === '-';
  const checked = options.check === undefined ? null : await serverAddress(options.check, options, process.env);
  const output = new Printing(options.resultFile);
  try {
    await flashback(
      {
        form: options.flashbackFormat,
        log: selectedLog(log, selectionOf(names, { ...options, readsOn })),
        from,
        wants: tablesOf(options),
        where: whereOf(options),
        server: checked ?? server?.address ?? null,
        check: checked !== null,
        spoolDir: join(tmpdir(), `rowtide-${process.getuid?.() ?? 'spool'}`),
      },
      output,
      signal,
    );
  } finally {
    await output.close();
  }
}

/** Opens the file of --result-file when there is something to write. */
class Printing {
  readonly #path: string | undefined;
  #writer: Writer | null = null;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  async write(text: Output): Promise<void> {
    this.#writer ??= await openWriter(this.#path);
    await this.#writer.write(text);
  }

  report(text: string): void {
    process.stderr.write(text);
  }

  async close(): Promise<void> {
    await this.#writer?.close();
  }
}

function refuseOthers(options: InspectOptions): void {
  const given = {
    '--view': options.view,
    '--changed': options.changed,
    '--offset': options.offset || undefined,
    '--rewrite-db': options.rewriteDb,
    '--raw': options.raw,
    '--stop-never': options.stopNever,
  };
  const other = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
  if (other !== undefined) throw new RowtideError('USAGE', `${other} does not go with --flashback`);
  for (const position of [options.startPosition, options.stopPosition]) {
    if (position === undefined || !isGtidList(position)) continue;
    throw new RowtideError('USAGE', `--flashback takes offsets as positions, not ${position}`, {
      hint: 'Choose one transaction by --gtid, or see by --at which offset it has.',
    });
  }
}

function selectionOf(files: readonly string[], options: InspectOptions & { readsOn: boolean }): Selection {
  const { stopPosition, startDatetime, stopDatetime, readsOn } = options;
  return {
    ...(stopPosition === undefined ? {} : { stop: { file: files.at(-1)!, offset: stopOffset(options) } }),
    ...(readsOn ? {} : { files }),
    ...(startDatetime === undefined ? {} : { startS: startDatetime }),
    ...(stopDatetime === undefined ? {} : { stopS: stopDatetime }),
    wants: (facts) => isWanted(facts, options),
  };
}

function isWanted({ gtid, serverId }: { gtid: AnyGtid | null; serverId: number }, options: InspectOptions): boolean {
  const domain = gtid !== null && isMariaGtid(gtid) ? gtid.domain : null;
  const isIn = (set: GtidSet): boolean => gtid !== null && !isMariaGtid(gtid) && set.has(gtid);
  return (
    (options.serverId === undefined || options.serverId === serverId) &&
    (options.includeGtids === undefined || isIn(options.includeGtids)) &&
    (options.excludeGtids === undefined || !isIn(options.excludeGtids)) &&
    (options.gtid === undefined || (gtid !== null && formatGtid(gtid) === options.gtid.toLowerCase())) &&
    isListed(domain, options.doDomainIds, options.ignoreDomainIds) &&
    isListed(serverId, options.doServerIds, options.ignoreServerIds)
  );
}

function isListed(id: number | null, wanted: readonly number[] | undefined, unwanted: readonly number[] = []): boolean {
  return (wanted === undefined || (id !== null && wanted.includes(id))) && (id === null || !unwanted.includes(id));
}

function tablesOf({ table, database }: InspectOptions): ((schema: string, name: string) => boolean) | null {
  if (table === undefined && database === undefined) return null;
  const wants = tableTest({ include: table ?? [] });
  return (schema, name) => (database === undefined || schema === database) && wants(schema, name);
}

function whereOf({ table = ['*.*'], where }: InspectOptions): Record<string, string> {
  return where === undefined ? {} : Object.fromEntries(table.map((tables) => [tables, where]));
}

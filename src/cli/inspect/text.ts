import type { LoggedEvent } from '../../inspect/logged-event.js';
import { Output } from '../../inspect/output.js';
import { Selection } from '../../inspect/select.js';
import type { TextOptions } from '../../inspect/text/options.js';
import { TextPrinter } from '../../inspect/text/printer.js';
import { loadFilesIn } from './load-files.js';
import type { InspectOptions } from './options.js';
import { remoteFilesAsShown } from './remote-events.js';
import type { InspectedServer } from './server.js';
import { readEvents, stopOffset } from './sources.js';
import { openWriter, type Writer } from './writer.js';
import { localZoneName } from './zone-name.js';

interface Printing {
  readonly options: InspectOptions;
  /** Whose log it is; null: sources are files. */
  readonly server: InspectedServer | null;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

/** Prints the events of all sources as mysqlbinlog does. What an error leaves open is ended as at the end. */
export async function printText(sources: readonly string[], printing: Printing): Promise<void> {
  const { options, warn } = printing;
  const writer = await openWriter(options.resultFile);
  const selection = new Selection(selectOptions(options));
  const printer = new TextPrinter(textOptions(options), selection, {
    zoneName: localZoneName(process.env),
    loadFiles: loadFilesIn(options.localLoad),
    warn,
  });
  const output = new Output();
  printer.begin(output);
  try {
    for (const { isLast, blocks } of filesOf(sources, printing)) {
      selection.stopOffset = isLast ? stopOffset(options) : Number.POSITIVE_INFINITY;
      const isFollowed = printing.server?.stopNever ?? false;
      if ((await printBlocks(blocks, printer, { output, writer, isFollowed })) === 'stop') break;
    }
  } finally {
    printer.end(output);
    await writer.write(output);
    await writer.close();
  }
}

interface File {
  readonly isLast: boolean;
  readonly blocks: AsyncGenerator<readonly LoggedEvent[]>;
}

function* filesOf(sources: readonly string[], printing: Printing): Generator<File> {
  if (printing.server !== null) return yield* remoteFilesAsShown(printing.server, printing);
  for (const [i, source] of sources.entries()) {
    yield { isLast: i === sources.length - 1, blocks: readEvents(source, { ...printing, isFirst: i === 0 }) };
  }
}

interface Printed {
  readonly output: Output;
  readonly writer: Writer;
  /** Somebody waits for what comes next: nothing is held back. */
  readonly isFollowed: boolean;
}

async function printBlocks(
  blocks: AsyncGenerator<readonly LoggedEvent[]>,
  printer: TextPrinter,
  { output, writer, isFollowed }: Printed,
): Promise<'go on' | 'stop'> {
  for await (const events of blocks) {
    for (const event of events) {
      const step = printer.event(event, output);
      // Only a promise is worth the turn that awaiting takes.
      if ((typeof step === 'string' ? step : await step) === 'stop') return 'stop';
      if (writer.isDue(output)) await writer.write(output);
    }
    if (isFollowed) await writer.write(output);
  }
  return 'go on';
}

function textOptions(options: InspectOptions): TextOptions {
  const shortForm = options.shortForm ?? false;
  return {
    style: options.style ?? 'mysql',
    verbose: shortForm ? 0 : options.verbose,
    base64Output: options.base64Output,
    hexdump: options.hexdump ?? false,
    shortForm,
    tableMetadata: options.printTableMetadata ?? false,
    disableLogBin: options.disableLogBin ?? false,
    idempotent: options.idempotent ?? false,
    setCharset: options.setCharset ?? null,
    requireRowFormat: options.requireRowFormat ?? false,
    skipGtids: options.skipGtids ?? false,
    serverIdBits: options.serverIdBits,
    rewriteDb: options.rewriteDb ?? new Map(),
    forceRead: options.forceRead ?? false,
    forceIfOpen: options.forceIfOpen,
  };
}

function selectOptions(options: InspectOptions): Selection['options'] {
  return {
    offset: options.offset,
    startTime: options.startDatetime ?? 0,
    stopTime: options.stopDatetime ?? Number.POSITIVE_INFINITY,
    serverId: options.serverId === undefined || options.serverId === 0 ? null : options.serverId,
    serverIdBits: options.serverIdBits,
    database: options.database ?? null,
    includeGtids: options.includeGtids ?? null,
    excludeGtids: options.excludeGtids ?? null,
    skipGtids: options.skipGtids ?? false,
  };
}

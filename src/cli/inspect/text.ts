import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RowtideError } from '../../core/errors.js';
import type { LoggedEvent } from '../../inspect/logged-event.js';
import { Output } from '../../inspect/output.js';
import { Selection } from '../../inspect/select.js';
import { MariadbTextPrinter } from '../../inspect/text/mariadb/printer.js';
import type { TextOptions, TextSurroundings } from '../../inspect/text/options.js';
import { checkReadable, type LogPrinter, TextPrinter } from '../../inspect/text/printer.js';
import { diskSpool } from '../../source/spool.js';
import { loadFilesIn } from './load-files.js';
import { mariadbSelection } from './mariadb.js';
import type { InspectOptions } from './options.js';
import { searchOf, TextSearch } from './searching.js';
import { selectOptions } from './selecting.js';
import type { InspectedServer } from './server.js';
import { isGtidList, type Peeked, peek, readEvents, startOffset, stopOffset } from './sources.js';
import { openWriter, type Writer } from './writer.js';
import { localZoneName } from './zone-name.js';

interface Printing {
  readonly options: InspectOptions;
  /** Whose log it is; null: sources are files. */
  readonly server: InspectedServer | null;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

/** Prints the events of all sources as the tool of who wrote the first of them does. */
export async function printText(sources: readonly string[], printing: Printing): Promise<void> {
  const { options, server, warn } = printing;
  // What cannot be opened is said when it is its turn.
  const first = server === null ? await peek(sources[0]!, printing.signal).catch(() => null) : null;
  const style = options.style ?? server?.style ?? first?.style ?? 'mysql';
  // What is no offset is refused before anything is printed.
  startOffset(options);
  stopOffset(options);
  if (style === 'mysql') checkMysql(sources, options);
  const writer = await openWriter(options.resultFile);
  const surroundings = {
    zoneName: localZoneName(process.env),
    loadFiles: loadFilesIn(options.localLoad),
    spool: diskSpool(join(tmpdir(), 'rowtide-inspect')),
    drain: (output: Output) => writer.write(output),
    warn,
  };
  const { printer, selection } = makers[style](options, surroundings);
  const search = await searchOf(options, style);
  const found = search === null ? null : new TextSearch(search);
  const isFollowed = server?.stopNever ?? false;
  const output = new Output();
  printer.begin(output);
  let failed = true;
  try {
    for (const { isLast, blocks } of await filesOf(sources, { first, style, keepsEvents: search !== null }, printing)) {
      selection.stopOffset = isLast ? stopOffset(options) : Number.POSITIVE_INFINITY;
      printer.beginFile(output);
      const step = await printBlocks(blocks, printer, { output, writer, isFollowed, found });
      printer.endFile(output);
      if (step === 'stop') break;
    }
    search?.check();
    failed = false;
  } finally {
    printer.end(output, { failed });
    await writer.write(output);
    await writer.close();
  }
  printer.check();
}

/** What mysqlbinlog refuses, and mariadb-binlog does not. */
function checkMysql(sources: readonly string[], { startPosition, stopPosition, shortened }: InspectOptions): void {
  for (const position of [startPosition, stopPosition]) {
    if (position === undefined || !isGtidList(position)) continue;
    throw new RowtideError('USAGE', `${position} is no offset`, {
      hint: 'GTIDs are positions of MariaDB’s logs only; MySQL’s take --include-gtids.',
    });
  }
  if (shortened !== undefined) {
    throw new RowtideError('USAGE', `${shortened} is no option of mysqlbinlog`, {
      hint: 'Only mariadb-binlog takes options that are cut short: write it out.',
    });
  }
  if (sources.length !== 1 || sources[0] !== '-' || stopPosition === undefined) return;
  throw new RowtideError('USAGE', '--stop-position is not for standard input', {
    hint: 'Save it to a file, and read that.',
  });
}

interface File {
  readonly isLast: boolean;
  readonly blocks: AsyncGenerator<readonly LoggedEvent[]>;
}

/** What connects to a server is loaded only for one. */
async function filesOf(sources: readonly string[], begun: Begun, printing: Printing): Promise<Iterable<File>> {
  if (printing.server === null) return localFiles(sources, begun, printing);
  return (await import('./remote-events.js')).remoteFilesAsShown(printing.server, printing);
}

function* localFiles(sources: readonly string[], begun: Begun, printing: Printing): Generator<File> {
  const { first, style, keepsEvents } = begun;
  for (const [i, source] of sources.entries()) {
    const input = i === 0 ? first?.input : undefined;
    yield {
      isLast: i === sources.length - 1,
      blocks: readEvents(source, {
        ...printing,
        isFirst: i === 0,
        input,
        style,
        check: passedChecks[style],
        reusesMemory: !keepsEvents,
      }),
    };
  }
}

const passedChecks = { mysql: checkReadable, mariadb: undefined } as const;

interface Begun {
  /** The first source, which was opened to see who wrote it. */
  readonly first: Peeked | null;
  readonly style: TextOptions['style'];
  /** A search holds back what opens a transaction. */
  readonly keepsEvents: boolean;
}

interface Printed {
  readonly output: Output;
  readonly writer: Writer;
  /** Somebody waits for what comes next: nothing is held back. */
  readonly isFollowed: boolean;
  /** Null: all events are printed. */
  readonly found: TextSearch | null;
}

async function printBlocks(
  blocks: AsyncGenerator<readonly LoggedEvent[]>,
  printer: LogPrinter,
  { output, writer, isFollowed, found }: Printed,
): Promise<'go on' | 'stop'> {
  for await (const events of blocks) {
    for (const event of found === null ? events : await found.among(events)) {
      const step = printer.event(event, output);
      // Only a promise is worth the turn that awaiting takes.
      if ((typeof step === 'string' ? step : await step) === 'stop') return 'stop';
      if (writer.isDue(output)) await writer.write(output);
    }
    if (isFollowed) await writer.write(output);
    if (found?.isDone) return 'stop';
  }
  return 'go on';
}

interface Printers {
  readonly printer: LogPrinter;
  readonly selection: { stopOffset: number };
}

const makers: Readonly<
  Record<TextOptions['style'], (options: InspectOptions, surroundings: TextSurroundings) => Printers>
> = { mysql: mysqlPrinter, mariadb: mariadbPrinter };

function mysqlPrinter(options: InspectOptions, surroundings: TextSurroundings): Printers {
  const selection = new Selection(selectOptions(options));
  return { selection, printer: new TextPrinter(textOptions(options, 'mysql'), selection, surroundings) };
}

function mariadbPrinter(options: InspectOptions, surroundings: TextSurroundings): Printers {
  const selection = mariadbSelection(options, surroundings.warn);
  return { selection, printer: new MariadbTextPrinter(textOptions(options, 'mariadb'), selection, surroundings) };
}

function textOptions(options: InspectOptions, style: TextOptions['style']): TextOptions {
  const shortForm = options.shortForm ?? false;
  return {
    style,
    positions: options.printRowEventPositions ?? null,
    rowCount: options.printRowCount ?? null,
    skipAnnotations: options.skipAnnotateRowEvents ?? false,
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

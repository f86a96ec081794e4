import { FLAG_IN_USE, FORMAT_DESCRIPTION_EVENT, UNKNOWN_EVENT } from '../../../binlog/types.js';
import { RowtideError } from '../../../core/errors.js';
import type { LoggedEvent } from '../../logged-event.js';
import type { MariadbSelection } from '../../mariadb-select.js';
import type { Output } from '../../output.js';
import type { TextOptions, TextSurroundings } from '../options.js';
import type { LogPrinter, Step } from '../printer.js';
import { printMariadbEvent } from './events.js';
import { beginOutput, endOutput } from './frame.js';
import { checkKnown, isIgnorable } from './known.js';
import { checkMariadbEvent } from './parse.js';
import { beginsEncryption } from './single-events.js';
import { beginFileState, type Kept, type MariadbState } from './state.js';

/** Prints the events of logs as mariadb-binlog does. */
export class MariadbTextPrinter implements LogPrinter {
  readonly #options: TextOptions;
  readonly #selection: MariadbSelection;
  readonly #surroundings: TextSurroundings;
  readonly #kept: Kept = { annotation: null, loadFiles: new Map() };
  #state: MariadbState | null = null;
  #isEncrypted = false;
  #isInUse = false;

  constructor(options: TextOptions, selection: MariadbSelection, surroundings: TextSurroundings) {
    this.#options = options;
    this.#selection = selection;
    this.#surroundings = surroundings;
  }

  begin(output: Output): void {
    beginOutput(this.#options, output);
  }

  /** Each file is printed as if a session began with it. */
  beginFile(output: Output): void {
    this.#isEncrypted = false;
    this.#selection.beginFile();
    this.#state = beginFileState(this.#options, this.#surroundings, this.#kept);
    output.ascii('DELIMITER /*!*/;\n');
  }

  event(logged: LoggedEvent, output: Output): Step | Promise<Step> {
    if (this.#isEncrypted) return this.#encrypted(logged, output);
    const whole = this.#whole(logged);
    if (whole === null) return 'stop';
    const verdict = this.#selection.judge(whole);
    if (verdict === 'stop') return 'stop';
    if (verdict !== 'show') return 'go on';
    this.#at(whole, output);
    const printing = { state: this.#state!, kept: this.#kept, selection: this.#selection };
    const printed = printMariadbEvent(whole, printing, output);
    return printed === null ? this.#printed(logged) : printed.then(() => this.#printed(logged));
  }

  /** What cannot be taken apart is of no known type if it is to be shown; null: it ends a file that is still written. */
  #whole(logged: LoggedEvent): LoggedEvent | null {
    try {
      // A type that the format does not list is none, even if it may be ignored.
      if (logged.event.type !== FORMAT_DESCRIPTION_EVENT) logged.format.postHeaderBytes(logged.event.type);
      checkKnown(logged, this.#options);
      if (!isIgnorable(logged.event)) checkMariadbEvent(logged);
      return logged;
    } catch (error) {
      if (!(error instanceof RowtideError)) throw error;
      if (this.#options.forceRead) return { ...logged, event: { ...logged.event, type: UNKNOWN_EVENT } };
      if (!this.#isInUse) throw error;
      this.#surroundings.warn(`${error.message}; its server still writes ${logged.file}, or crashed`);
      return null;
    }
  }

  #printed(logged: LoggedEvent): Step {
    this.#isEncrypted = beginsEncryption(logged);
    if (logged.event.type === FORMAT_DESCRIPTION_EVENT) this.#checkClosed(logged);
    return 'go on';
  }

  #at({ event }: LoggedEvent, output: Output): void {
    const { positions, shortForm } = this.#options;
    if (positions ?? !shortForm) output.ascii(`# at ${event.start}\n`);
  }

  #checkClosed({ event, file }: LoggedEvent): void {
    this.#isInUse = (event.flags & FLAG_IN_USE) !== 0;
    if (this.#options.forceIfOpen || !this.#isInUse) return;
    throw new RowtideError('BINLOG_TRUNCATED', `${file} was not closed: a server still writes it, or crashed`, {
      hint: 'Leave out --skip-force-if-open to read it all the same.',
    });
  }

  /** Behind START_ENCRYPTION only the lengths of events can be read. */
  #encrypted(logged: LoggedEvent, output: Output): Step {
    // A file that its server still writes may end anywhere.
    if (!this.#options.forceRead && this.#isInUse) return 'stop';
    if (!this.#options.forceRead) {
      throw new RowtideError('BINLOG_ENCRYPTED', `${logged.file}:${logged.event.start}: the file is encrypted`, {
        hint: 'Read it through its server, as mariadb://user@host: servers send their logs decrypted.',
      });
    }
    const nothing = { ...logged.event, type: UNKNOWN_EVENT, timestamp: 0, serverId: 0, flags: 0 };
    const verdict = this.#selection.judge({ ...logged, event: nothing });
    if (verdict === 'stop') return 'stop';
    if (verdict !== 'show') return 'go on';
    this.#at(logged, output);
    if (!this.#options.shortForm) output.ascii('# Encrypted event\n');
    return 'go on';
  }

  check(): void {
    this.#selection.check();
  }

  endFile(output: Output): void {
    const { head, body, footer } = this.#state!;
    // A statement without an end is not printed.
    for (const text of [head, body, footer]) text.release();
    output.ascii('DELIMITER ;\n');
  }

  /** An error leaves the output as it is: what is not whole is not to be run. */
  end(output: Output, { failed }: { readonly failed: boolean }): void {
    if (!failed) endOutput(this.#options, this.#selection.filtersGtids, output);
  }
}

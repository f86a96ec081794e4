import * as type from '../../binlog/types.js';
import { RowtideError } from '../../core/errors.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { RowFormatCheck } from '../row-format.js';
import type { Selection } from '../select.js';
import { beginOutput, endFile, endOutput } from './frame.js';
import { checkType, MysqlEvents } from './mysql-events.js';
import type { TextOptions, TextSurroundings } from './options.js';
import { checkEvent } from './parse.js';
import { printPayload } from './payload.js';
import { rewritten } from './rewrite.js';
import { beginState, type PrintState } from './state.js';

/** Whether there is more to print. */
export type Step = 'go on' | 'stop';

/** `begin`; of each file `beginFile`, every event in its order, and `endFile`; `end` always. */
export interface LogPrinter {
  begin(output: Output): void;
  beginFile(output: Output): void;
  /** A promise only where an event holds others. Errors leave what was printed before as it is. */
  event(logged: LoggedEvent, output: Output): Step | Promise<Step>;
  /** Not after an error. */
  endFile(output: Output): void;
  end(output: Output, how: { readonly failed: boolean }): void;
  /** At last. Errors are of what was asked for and was not there. */
  check(): void;
}

/** Prints the events of a log as mysqlbinlog does: `begin`, every event in its order, `end`. */
export class TextPrinter implements LogPrinter {
  readonly #state: PrintState;
  readonly #selection: Selection;
  readonly #events: MysqlEvents;
  readonly #rowFormat: RowFormatCheck | null;
  #hasFormat = false;

  constructor(options: TextOptions, selection: Selection, surroundings: TextSurroundings) {
    this.#state = beginState(options, surroundings);
    this.#selection = selection;
    this.#events = new MysqlEvents(this.#state, selection);
    this.#rowFormat = options.requireRowFormat ? new RowFormatCheck() : null;
  }

  begin(output: Output): void {
    beginOutput(this.#state.options, output);
  }

  /** Files are told apart by their formats. */
  beginFile(): void {}

  endFile(): void {}

  /** A promise only where an event holds others. Errors leave what was printed before as it is; `end` still follows. */
  event(logged: LoggedEvent, output: Output): Step | Promise<Step> {
    checkType(logged);
    this.#rowFormat?.check(logged);
    const event = rewritten(logged, this.#state.options);
    const verdict = this.#selection.judge(event);
    checkEvent(event);
    if (verdict === 'stop') return 'stop';
    if (verdict === 'before') return 'go on';
    if (logged.event.type === type.FORMAT_DESCRIPTION_EVENT) this.#beginFile(logged, output);
    this.#events.at(event.event.start);
    if (verdict === 'gtid') return 'go on';
    if (event.event.type === type.TRANSACTION_PAYLOAD_EVENT) return this.#payload(event, output);
    const printed = this.#printWhole(event, output);
    return printed === null ? 'go on' : printed.then(() => 'go on');
  }

  /** The tool takes an event apart before it prints anything of it. */
  #printWhole(event: LoggedEvent, output: Output): Promise<void> | null {
    const before = output.length;
    try {
      return this.#events.print(event, output);
    } catch (error) {
      if (error instanceof RowtideError && error.code === 'EVENT_MALFORMED') output.advance(before);
      throw error;
    }
  }

  /** What restores the session of who runs the output. */
  end(output: Output): void {
    const state = this.#state;
    if (state.deferred.length > 0) {
      state.surroundings.warn(
        'what is shown ends with variables of a statement (INTVAR, RAND, USER_VAR) that is not shown: they were left out',
      );
    } else if (state.hasOpenStatement) {
      state.surroundings.warn('what is shown ends inside a statement: its rows up to there were left out');
    }
    endOutput(state, output);
  }

  check(): void {}

  /** In front of a file, what the one before it left open is ended. */
  #beginFile({ event, raw }: LoggedEvent, output: Output): void {
    if ((event.flags & type.FLAG_RELAY_LOG) !== 0) return;
    if (this.#hasFormat && raw.readUInt32LE(END_AT) > 0) endFile(this.#state, output);
    this.#hasFormat = true;
  }

  async #payload(logged: LoggedEvent, output: Output): Promise<Step> {
    const state = this.#state;
    await printPayload(logged, state, output, (inner) => {
      const event = rewritten(inner, state.options);
      const verdict = this.#selection.judge(event, { inPayload: true });
      if (verdict === 'stop' || verdict === 'before') return null;
      // Where the payload says that it ends, which in a relay log is not where it does.
      this.#events.at(logged.raw.readUInt32LE(END_AT));
      return verdict === 'show' ? this.#printInner(event, output) : null;
    });
    return 'go on';
  }

  /** What cannot be printed as it was asked for is left out here; only outside of payloads the tool stops at it. */
  #printInner(event: LoggedEvent, output: Output): Promise<void> | null {
    try {
      return this.#events.print(event, output);
    } catch (error) {
      if (!(error instanceof RowtideError) || error.code !== 'USAGE') throw error;
      this.#state.surroundings.warn(error.message);
      return null;
    }
  }
}

const END_AT = 13;

/** EVENT_UNKNOWN, EVENT_UNSUPPORTED or EVENT_MALFORMED for what mysqlbinlog cannot read. */
export function checkReadable(logged: LoggedEvent): void {
  checkType(logged);
  checkEvent(logged);
}

import type { LoggedEvent } from '../../logged-event.js';
import type { MariadbSelection } from '../../mariadb-select.js';
import type { Output } from '../../output.js';
import type { TextOptions, TextSurroundings } from '../options.js';
import type { LogPrinter, Step } from '../printer.js';
import { printMariadbEvent } from './events.js';
import { beginOutput, endOutput } from './frame.js';
import { beginFileState, type Kept, type MariadbState } from './state.js';

/** Prints the events of logs as mariadb-binlog does. */
export class MariadbTextPrinter implements LogPrinter {
  readonly #options: TextOptions;
  readonly #selection: MariadbSelection;
  readonly #surroundings: TextSurroundings;
  readonly #kept: Kept = { annotation: null, loadFiles: new Map() };
  #state: MariadbState | null = null;

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
    this.#selection.beginFile();
    this.#state = beginFileState(this.#options, this.#surroundings, this.#kept);
    output.ascii('DELIMITER /*!*/;\n');
  }

  event(logged: LoggedEvent, output: Output): Step {
    const verdict = this.#selection.judge(logged);
    if (verdict === 'stop') return 'stop';
    if (verdict !== 'show') return 'go on';
    const { positions, shortForm } = this.#options;
    if (positions ?? !shortForm) output.ascii(`# at ${logged.event.start}\n`);
    printMariadbEvent(logged, { state: this.#state!, kept: this.#kept, selection: this.#selection }, output);
    return 'go on';
  }

  endFile(output: Output): void {
    output.ascii('DELIMITER ;\n');
  }

  /** An error leaves the output as it is: what is not whole is not to be run. */
  end(output: Output, { failed }: { readonly failed: boolean }): void {
    if (!failed) endOutput(this.#options, this.#selection.filtersGtids, output);
  }
}

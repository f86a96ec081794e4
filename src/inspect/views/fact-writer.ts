import { visibleJson } from '../../format/visible.js';

/** How a view is written: for people; as one JSON document; as one JSON object a line. */
export const VIEW_FORMATS = ['text', 'json', 'jsonl'] as const;
export type ViewFormat = (typeof VIEW_FORMATS)[number];

/** What text is appended to; whoever does I/O takes it away from time to time. */
export interface TextOutput {
  text(text: string): void;
}

/** Writes one fact after the other, so that a view of a long log is never held. */
export class FactWriter {
  readonly #format: ViewFormat;
  readonly #output: TextOutput;
  #isFirst = true;

  constructor(format: ViewFormat, output: TextOutput) {
    this.#format = format;
    this.#output = output;
  }

  /** A line above the facts, for people. */
  head(line: string): void {
    if (this.#format === 'text') this.#output.text(`${line}\n`);
  }

  fact(fact: object, line: () => string): void {
    switch (this.#format) {
      case 'text':
        this.#output.text(`${line()}\n`);
        break;
      case 'json':
        this.#output.text(`${this.#isFirst ? '[\n' : ',\n'}${jsonOf(fact)}`);
        break;
      case 'jsonl':
        this.#output.text(`${jsonOf(fact)}\n`);
        break;
    }
    this.#isFirst = false;
  }

  /** Where there is but one fact. */
  only(fact: object): void {
    this.#output.text(`${this.#format === 'json' ? indentedJsonOf(fact) : jsonOf(fact)}\n`);
  }

  end(): void {
    if (this.#format === 'json') this.#output.text(this.#isFirst ? '[]\n' : '\n]\n');
  }
}

/** A terminal obeys no control character of it. */
function jsonOf(fact: object): string {
  return visibleJson(JSON.stringify(fact));
}

/** Line by line, since what breaks its lines is no part of the facts. */
function indentedJsonOf(fact: object): string {
  return JSON.stringify(fact, null, 2).split('\n').map(visibleJson).join('\n');
}

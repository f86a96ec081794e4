import type { FormatDescription, RawEvent } from '../../core/event.js';

/** One event of a log, or of a TRANSACTION_PAYLOAD behind it. */
export interface ViewedEvent {
  /** Name of the log file. */
  readonly file: string;
  readonly format: FormatDescription;
  readonly event: RawEvent;
  /** It is inside of the payload that came before it. */
  readonly inner: boolean;
}

/** Answers a question about a log. It gets every event once, in log order, and keeps none of its bytes. */
export interface View {
  event(viewed: ViewedEvent): void;
  /** The log has ended. */
  end(): void;
}

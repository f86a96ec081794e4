import { unreachable } from '../core/errors.js';
import { type AnyGtid, isMariaGtid } from '../core/gtid.js';
import { type MariaGtid, MariaGtids } from '../core/maria-gtid.js';
import type { Position } from '../core/position.js';
import { Domains } from './domains.js';

/** Where the log is read from to go on behind a position, and which of its transactions then come a second time. */
export class Resume {
  readonly from: Position;
  /** Null unless the position is MariaDB's. */
  readonly #domains: Domains | null;
  /** Of the last MariaDB GTID: its transaction was executed before. */
  #isAgain = false;
  /**
   * Until a file position is reached again that was left for the sake of a prepared XA transaction before it: in its
   * file at its offset, or behind its file, where the position was the file's end.
   */
  #rereading: 'earlier files' | 'its file' | null;

  constructor(from: Position, { leavesOutExecuted }: { leavesOutExecuted: boolean }) {
    this.from = from;
    const { log } = this.readFrom;
    this.#domains =
      from.log.kind === 'mariadb-gtid' && log.kind === 'mariadb-gtid'
        ? new Domains(from.log.executed, leavesOutExecuted ? log.executed : null)
        : null;
    this.#rereading = from.log.kind === 'file' && from.held.length > 0 ? 'earlier files' : null;
  }

  /** A position goes back to the first XA PREPARE that is not finished; a GTID set leaves it out, so it comes again. */
  get readFrom(): Position {
    const { log, held } = this.from;
    const [first] = held;
    if (first === undefined) return this.from;
    switch (log.kind) {
      case 'gtid':
        return this.from;
      case 'mariadb-gtid':
        return { ...this.from, log: { kind: 'mariadb-gtid', executed: MariaGtids.parse(first.previous ?? '') } };
      case 'file':
        return { ...this.from, log: { kind: 'file', file: first.file, offset: first.start } };
      default:
        return unreachable(log);
    }
  }

  /** MariaDB's position in front of the next transaction, where that is how the log is read. */
  get executed(): MariaGtids | null {
    return this.#domains?.executed ?? null;
  }

  list(gtids: readonly MariaGtid[]): void {
    this.#domains?.list(gtids);
  }

  /** A transaction begins. */
  open(gtid: AnyGtid | null): void {
    if (gtid !== null && isMariaGtid(gtid)) this.#isAgain = this.#domains?.pass(gtid) ?? false;
  }

  /** Files begin with transactions that a GTID set may hold already; a server leaves them out by itself. */
  isBehind(gtid: AnyGtid | null, { file, start }: { file: string; start: number }): boolean {
    const { log } = this.from;
    if (log.kind === 'mariadb-gtid') return this.#isAgain;
    if (log.kind === 'gtid') return gtid !== null && !isMariaGtid(gtid) && log.executed.has(gtid);
    if (file === log.file) this.#rereading &&= start < log.offset ? 'its file' : null;
    else if (this.#rereading === 'its file') this.#rereading = null;
    return this.#rereading !== null;
  }
}

import type { Session, Transaction } from 'rowtide';
import type { Unit } from '../parallel/units.js';
import type { Worker } from '../parallel/workers.js';
import type { Piece } from '../piece.js';
import { Replay } from './pieces.js';
import { type Locate, Sender } from './sender.js';
import type { Target } from './target.js';

/** One that commits itself travels with its commits: no round trip for each of them, but nothing waits in between. */
export interface ReplayUnit extends Unit {
  readonly commitsItself: boolean;
}

export interface ReplayWorkerOptions {
  readonly session: Session;
  readonly target: Target;
  readonly locate: Locate<Transaction>;
}

/** Replays transactions on one connection of several. */
export class ReplayWorker implements Worker<ReplayUnit> {
  readonly #options: ReplayWorkerOptions;
  #replay: Replay;
  #sender: Sender<Transaction>;
  /** From the commit on: of the one transaction that is applied. */
  #held: { readonly owner: Transaction; readonly piece: Piece }[] = [];
  /** Of a unit that prepares a two-phase transaction. */
  #xid: string | undefined;
  /** How many transactions of a unit are committed already, by its first number, if it failed behind them. */
  #done = { first: 0, count: 0 };

  constructor(options: ReplayWorkerOptions) {
    this.#options = options;
    this.#replay = new Replay(options.target);
    this.#sender = new Sender(options.session, options.locate);
  }

  async apply(unit: ReplayUnit): Promise<'applied' | 'committed'> {
    return unit.commitsItself ? this.#applyAndCommit(unit) : this.#apply(unit.transactions);
  }

  async commit(): Promise<void> {
    for (const { owner, piece } of this.#held) await this.#sender.add(owner, piece);
    this.#held = [];
    await this.#sender.flush();
  }

  async rollBack(): Promise<void> {
    const { session, target, locate } = this.#options;
    this.#held = [];
    this.#replay = new Replay(target);
    this.#sender = new Sender(session, locate);
    // Which of these it can be told depends on how far it got.
    if (this.#xid !== undefined) {
      for (const verb of ['END', 'ROLLBACK']) await session.run([`XA ${verb} ${this.#xid}`]).catch(() => undefined);
    }
    await session.run(['ROLLBACK', "SET gtid_next='AUTOMATIC'", ...target.pins]);
  }

  async #apply(transactions: readonly Transaction[]): Promise<'applied'> {
    this.#xid = undefined;
    for (const owner of transactions) {
      for (const piece of this.#replay.pieces(owner)) {
        if (this.#held.length > 0 || piece.commits === true) this.#held.push({ owner, piece });
        else await this.#sender.add(owner, piece);
      }
    }
    await this.#sender.flush();
    return 'applied';
  }

  async #applyAndCommit({ first, transactions }: ReplayUnit): Promise<'committed'> {
    this.#xid = transactions[0]?.prepares;
    const from = this.#done.first === first ? this.#done.count : 0;
    const committed = this.#sender.committed - from;
    try {
      for (const owner of transactions.slice(from)) {
        for (const piece of this.#replay.pieces(owner)) await this.#sender.add(owner, piece);
      }
      await this.#sender.flush();
    } catch (error) {
      await this.#sender.idle();
      this.#done = { first, count: this.#sender.committed - committed };
      throw error;
    }
    return 'committed';
  }
}

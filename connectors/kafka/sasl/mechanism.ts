/** What is said to prove who we are: yields what is sent, is given the broker's answer, and ends when it believes it. */
export type Conversation = AsyncGenerator<Buffer, void, Buffer>;

/** One way to log in. */
export interface Mechanism {
  /** As brokers call it. */
  readonly name: string;
  /** Who logs in, for messages. */
  readonly who: string;
  converse(): Conversation;
}

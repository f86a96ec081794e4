import { RowtideError } from '../core/errors.js';

/** The server cuts a message into packets of at most this many bytes; a full packet is followed by another one. */
const PACKET_BYTES_MAX = 0xffffff;
const PACKET_HEADER_BYTES = 4;
/** Status byte of a message: an event, the end of a log that is not waited for, an error. */
const STATUS_EVENT = 0x00;
const STATUS_END = 0xfe;
const STATUS_ERROR = 0xff;
/** Where the event's header says how long the event is. */
const EVENT_LENGTH_AT = 9;
const HEAD_BYTES_MAX = PACKET_HEADER_BYTES + 1 + 2 + EVENT_LENGTH_AT + 4;

/** A source that waits for acknowledgements puts these in front of each event. */
const SEMI_SYNC_MAGIC = 0xef;
const SEMI_SYNC_BYTES = 2;

/** What comes out of the framing. `event` gets the bytes from `from` to `to`: whole, and written to again only by their memory. */
export interface FrameHandler {
  /** `isAwaited`: the source waits for this event to be acknowledged. */
  event(bytes: Buffer, from: number, to: number, isAwaited: boolean): void;
  end(): void;
  error(code: number, message: string): void;
}

/** Where messages are put together that do not lie in one piece. */
export interface MessageMemory {
  take(bytes: number): Buffer;
  /** It is whole, and is handed on. */
  filled(message: Buffer): void;
}

const OWN_MEMORY: MessageMemory = { take: (bytes) => Buffer.allocUnsafe(bytes), filled: () => undefined };

/**
 * Cuts what a socket delivers after a dump command into events.
 *
 *   packet: length u24, sequence u8, payload; a message is a packet of less than 2^24-1 bytes, or full packets and a
 *   last one that is not full, and may be empty
 *   message: status u8 (0 event, 254 end, 255 error), then the event, or error code u16, '#', SQL state, text
 *   in front of an event, to a semi-sync replica: 239 u8, acknowledgement wanted u8 (0 or 1)
 *
 * Events that lie in one chunk, or in several that lie one behind the other, are handed on where they lie. Others are
 * copied once, into a buffer of their own length, which their header tells: memory of that size is only reserved, so a
 * false length costs nothing.
 */
export class DumpFraming {
  readonly #handler: FrameHandler;
  readonly #eventBytesMax: number;
  readonly #memory: () => MessageMemory | null;
  /** In front of an event in its message. */
  readonly #prefixBytes: number;
  /** How much of a message must be read to know how long it is. */
  readonly #headBytesMax: number;
  /** The begin of a message that the last chunk ended with, if it is the only packet of it. */
  #rest: Buffer | null = null;
  /** Of a packet that a chunk's end cut: its header and as much of the message as tells its length. */
  readonly #head = Buffer.alloc(HEAD_BYTES_MAX);
  #headBytes = 0;
  /** The message being put together, status byte included; null between messages. */
  #message: Buffer | null = null;
  #messageBytes = 0;
  /** Bytes of the current packet that are still to come, and whether another packet belongs to the message. */
  #packetLeft = 0;
  #continues = false;

  constructor(
    handler: FrameHandler,
    options: { eventBytesMax: number; semiSync?: boolean; memory?: () => MessageMemory | null },
  ) {
    this.#handler = handler;
    this.#memory = options.memory ?? (() => null);
    this.#eventBytesMax = options.eventBytesMax;
    this.#prefixBytes = 1 + (options.semiSync === true ? SEMI_SYNC_BYTES : 0);
    this.#headBytesMax = PACKET_HEADER_BYTES + this.#prefixBytes + EVENT_LENGTH_AT + 4;
  }

  /** Takes the next bytes of the connection. The chunk must not be written to afterwards: events are views of it. */
  execute(chunk: Buffer): void {
    const rest = this.#rest;
    this.#rest = null;
    if (rest === null) this.#cut(chunk);
    else if (isRightBehind(rest, chunk)) {
      this.#cut(Buffer.from(chunk.buffer, rest.byteOffset, rest.length + chunk.length));
    } else {
      this.#moveRest(rest);
      this.#cut(chunk);
    }
  }

  /** The usual case: a packet lies in the chunk and is the whole message. */
  #cut(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#message !== null) at = this.#continue(this.#message, chunk, at);
      else if (this.#headBytes > 0) at = this.#begin(chunk, at);
      else {
        const length = packetLength(chunk, at);
        const end = at + PACKET_HEADER_BYTES + length;
        if (length === PACKET_BYTES_MAX) at = this.#begin(chunk, at);
        else if (end <= chunk.length) {
          this.#deliver(chunk, at + PACKET_HEADER_BYTES, end);
          at = end;
        } else {
          this.#rest = chunk.subarray(at);
          return;
        }
      }
    }
  }

  /** What was left over is not where the rest of its message is: it goes into a buffer of the message's own. */
  #moveRest(rest: Buffer): void {
    let at = 0;
    while (at < rest.length) {
      at = this.#message === null ? this.#begin(rest, at) : this.#continue(this.#message, rest, at);
    }
  }

  /** Gathers the head of a cut message, until it tells how long the message is. */
  #begin(chunk: Buffer, at: number): number {
    let read = at + this.#gather(chunk, at, PACKET_HEADER_BYTES);
    if (this.#headBytes < PACKET_HEADER_BYTES) return read;
    const packetBytes = this.#head.readUIntLE(0, 3);
    const headBytes = Math.min(this.#headBytesMax, PACKET_HEADER_BYTES + packetBytes);
    read += this.#gather(chunk, read, headBytes);
    if (this.#headBytes < headBytes) return read;

    const message = (this.#memory() ?? OWN_MEMORY).take(this.#messageLength(packetBytes));
    this.#messageBytes = this.#head.copy(message, 0, PACKET_HEADER_BYTES, headBytes);
    this.#packetLeft = packetBytes - this.#messageBytes;
    this.#continues = packetBytes === PACKET_BYTES_MAX;
    this.#headBytes = 0;
    this.#message = message;
    this.#finish(message);
    return read;
  }

  /** Fills the head up to `upTo` bytes; returns how many of them came from the chunk. */
  #gather(chunk: Buffer, at: number, upTo: number): number {
    const wanted = Math.max(0, upTo - this.#headBytes);
    const copied = chunk.copy(this.#head, this.#headBytes, at, Math.min(chunk.length, at + wanted));
    this.#headBytes += copied;
    return copied;
  }

  #messageLength(packetBytes: number): number {
    const isEvent = this.#head[PACKET_HEADER_BYTES] === STATUS_EVENT;
    const eventBytes = this.#head.readUInt32LE(PACKET_HEADER_BYTES + this.#prefixBytes + EVENT_LENGTH_AT);
    const messageBytes = this.#prefixBytes + eventBytes;
    if (packetBytes < PACKET_BYTES_MAX) {
      // Otherwise what comes next would be taken for the rest of a packet whose length is wrong.
      if (isEvent && this.#headBytes === this.#headBytesMax && messageBytes !== packetBytes) {
        throw misframed(`an event of ${eventBytes} bytes in a packet of ${packetBytes}`);
      }
      return packetBytes;
    }
    if (!isEvent || messageBytes < packetBytes) {
      throw misframed(`an event of ${eventBytes} bytes in a packet of ${packetBytes}`);
    }
    if (eventBytes > this.#eventBytesMax) throw tooLarge(eventBytes, this.#eventBytesMax);
    return messageBytes;
  }

  #continue(message: Buffer, chunk: Buffer, at: number): number {
    if (this.#packetLeft === 0) return this.#nextPacket(message, chunk, at);
    const end = Math.min(chunk.length, at + this.#packetLeft);
    chunk.copy(message, this.#messageBytes, at, end);
    this.#messageBytes += end - at;
    this.#packetLeft -= end - at;
    this.#finish(message);
    return end;
  }

  #nextPacket(message: Buffer, chunk: Buffer, at: number): number {
    const read = at + this.#gather(chunk, at, PACKET_HEADER_BYTES);
    if (this.#headBytes < PACKET_HEADER_BYTES) return read;
    this.#headBytes = 0;
    this.#packetLeft = this.#head.readUIntLE(0, 3);
    this.#continues = this.#packetLeft === PACKET_BYTES_MAX;
    if (this.#messageBytes + this.#packetLeft > message.length) {
      throw misframed(`an event of ${message.length - this.#prefixBytes} bytes continues past its end`);
    }
    this.#finish(message);
    return read;
  }

  #finish(message: Buffer): void {
    if (this.#packetLeft > 0 || this.#continues) return;
    if (this.#messageBytes < message.length) {
      throw misframed(
        `an event of ${message.length - this.#prefixBytes} bytes ends after ${this.#messageBytes - this.#prefixBytes}`,
      );
    }
    this.#message = null;
    (this.#memory() ?? OWN_MEMORY).filled(message);
    this.#deliver(message, 0, message.length);
  }

  #deliver(bytes: Buffer, from: number, to: number): void {
    if (from === to) throw misframed('an empty message');
    switch (bytes[from]) {
      case STATUS_EVENT:
        this.#deliverEvent(bytes, from + this.#prefixBytes, to);
        return;
      case STATUS_END:
        this.#handler.end();
        return;
      case STATUS_ERROR:
        if (to - from < 3) break;
        this.#handler.error(bytes.readUInt16LE(from + 1), bytes.toString('utf8', from + 3, to).replace(/^#.{5}/s, ''));
        return;
    }
    throw misframed(`a message of ${to - from} bytes begins with ${bytes[from]}`);
  }

  #deliverEvent(bytes: Buffer, from: number, to: number): void {
    if (to - from > this.#eventBytesMax) throw tooLarge(to - from, this.#eventBytesMax);
    if (this.#prefixBytes === 1) this.#handler.event(bytes, from, to, false);
    else if (bytes[from - SEMI_SYNC_BYTES] === SEMI_SYNC_MAGIC) {
      this.#handler.event(bytes, from, to, bytes[from - 1] === 1);
    } else throw misframed('an event without what a semi-sync source puts in front of it');
  }
}

/** Infinite where the chunk ends before it is said. */
function packetLength(chunk: Buffer, at: number): number {
  if (chunk.length - at < PACKET_HEADER_BYTES) return Infinity;
  return chunk[at]! | (chunk[at + 1]! << 8) | (chunk[at + 2]! << 16);
}

/** Both lie in the same memory, one behind the other. */
function isRightBehind(first: Buffer, second: Buffer): boolean {
  return first.buffer === second.buffer && first.byteOffset + first.length === second.byteOffset;
}

function misframed(what: string): RowtideError {
  return new RowtideError('EVENT_MALFORMED', what, {
    hint: 'The connection does not carry a binary log as MySQL sends it; look for a proxy on the way to the server.',
  });
}

function tooLarge(bytes: number, max: number): RowtideError {
  return new RowtideError('EVENT_MALFORMED', `an event of ${bytes} bytes, where at most ${max} are read`, {
    hint: 'MySQL writes no event above 1 GiB. Raise the limit for events only if the server says that it holds such an event.',
  });
}

import { decodeTransactionPayload } from '../../src/binlog/transaction-payload.js';
import { TRANSACTION_PAYLOAD_EVENT } from '../../src/binlog/types.js';
import { inflate } from '../../src/binlog/zstd.js';
import { HEADER_BYTES, type RawEvent } from '../../src/core/event.js';
import { Random } from '../roundtrip/random.js';
import { codeOf, DECODERS, decodeEverything } from './decode.js';
import { mutated } from './mutate.js';
import { logOf, mendLength, type Recording } from './recorded.js';

/** A log without checksums, one of its events changed. */
interface Case {
  readonly recording: Recording;
  readonly changed: Buffer;
  readonly events: readonly Buffer[];
  /** Whether a TRANSACTION_PAYLOAD is among them, whose content is larger than it is. */
  readonly hasPayload: boolean;
}

export class Mutations {
  readonly #recordings: readonly Recording[];
  /** What each TRANSACTION_PAYLOAD holds. */
  readonly #contents = new Map<Buffer, readonly Buffer[]>();

  private constructor(recordings: readonly Recording[]) {
    this.#recordings = recordings;
  }

  static async of(recordings: readonly Recording[]): Promise<Mutations> {
    const mutations = new Mutations(recordings);
    for (const event of recordings.flatMap(({ events }) => events)) {
      if (!isPayload(event)) continue;
      const pieces: Buffer[] = [];
      for await (const piece of inflate(decodeTransactionPayload(rawEvent(event)))) pieces.push(Buffer.from(piece));
      mutations.#contents.set(event, split(Buffer.concat(pieces)));
    }
    return mutations;
  }

  /** The same numbers give the same case. */
  case(seed: number, number: number): Case {
    const random = new Random(Math.imul(seed, 0x9e3779b1) ^ number);
    const recording = random.pick(this.#recordings);
    const index = random.int(0, recording.events.length - 1);
    const [from, to] = recording.contexts[index]!;
    const event = recording.events[index]!;
    const content = this.#contents.get(event);
    const events = recording.events.slice(from, to);
    if (content === undefined || random.chance(0.2)) {
      const changed = mutated(event, recording.events, random);
      events[index - from] = changed;
      return { recording, changed, events, hasPayload: events.some(isPayload) };
    }
    const inside = [...content];
    const at = random.int(0, inside.length - 1);
    const changed = mutated(inside[at]!, recording.events, random);
    inside[at] = changed;
    events[index - from] = payloadOf(event, inside);
    return { recording, changed, events, hasPayload: events.some(isPayload) };
  }

  /** Decodes all there is in every way; gives the code of the error, or `read`. */
  async run({ recording, changed, events }: Case): Promise<string> {
    const { format, first } = recording;
    for (const type of new Set([changed[4]!, events[0]![4]!])) {
      try {
        if (changed.length >= HEADER_BYTES) DECODERS.get(type)?.(rawEvent(changed), format);
      } catch (error) {
        codeOf(error);
      }
    }
    try {
      await decodeEverything(logOf(first, events));
      return 'read';
    } catch (error) {
      return codeOf(error);
    }
  }
}

const isPayload = (event: Buffer): boolean => event[4] === TRANSACTION_PAYLOAD_EVENT;

function rawEvent(bytes: Buffer): RawEvent {
  return { type: bytes[4]!, timestamp: 0, serverId: 1, flags: bytes.readUInt16LE(17), bytes, start: 4, end: 4 };
}

function split(bytes: Buffer): Buffer[] {
  const events: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 9)) {
    events.push(Buffer.from(bytes.subarray(at, at + bytes.readUInt32LE(at + 9))));
  }
  return events;
}

/** The same event with other content, which is not compressed: nobody here can. */
function payloadOf(event: Buffer, content: readonly Buffer[]): Buffer {
  const NOT_COMPRESSED = [2, 3, 0xfc, 255, 0];
  const END = [0];
  return mendLength(
    Buffer.concat([event.subarray(0, HEADER_BYTES), Buffer.from([...NOT_COMPRESSED, ...END]), ...content]),
  );
}

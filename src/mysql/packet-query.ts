import * as core from 'mysql2';
import type mysql from 'mysql2/promise';

/** What mysql2's connections and commands are inside, as far as we lean on it; a contract test holds it. */
interface Driver {
  sequenceId: number;
  _bumpSequenceId(count: number): void;
  write(bytes: Buffer): void;
  addCommand(command: Command): void;
}

interface Command {
  start(packet: unknown, connection: Driver): unknown;
  /** What to do behind the last answer; returns what reads the next packet, or null at the end. */
  done(): unknown;
  readonly resultsetHeader: unknown;
  /** Of the result that is read: how many came before it. */
  _resultIndex: number;
  readonly _rows: readonly unknown[];
}

type CreateQuery = (
  options: { sql: string; rowsAsArray: boolean },
  values: undefined,
  done: (error: Error | null) => void,
  config: unknown,
) => Command;

const { createQuery } = core as unknown as { createQuery: CreateQuery };

export const PACKET_HEADER_BYTES = 4;
const CHUNK_BYTES_MAX = 0xffffff;

/** Why, and how many statements had been answered before. */
export class PacketError extends Error {
  readonly answered: number;

  constructor(cause: Error, answered: number) {
    super(cause.message, { cause });
    this.answered = answered;
  }
}

export interface QueryPacket {
  /** The command and its statements, in whatever character set they are in, behind four bytes for the header. */
  readonly bytes: Buffer;
  /** How many answers there will be: behind BINLOG the server forgets to say that there are more. */
  readonly statements: number;
}

/**
 * Sends a packet as it is, and resolves to each statement's answer.
 *
 *   (length u24, sequence u8, at most 2^24 - 1 bytes), the last one shorter than that
 */
export function queryPacket(connection: mysql.Connection, packet: QueryPacket): Promise<readonly unknown[]> {
  const driver = (connection as unknown as { connection: Driver & { config: unknown } }).connection;
  return new Promise((resolve, reject) => {
    const done = (error: Error | null): void =>
      error === null ? resolve(command._rows) : reject(new PacketError(error, command._resultIndex));
    const command = createQuery({ sql: '', rowsAsArray: true }, undefined, done, driver.config);
    const start = command.start.bind(command);
    const end = command.done.bind(command);
    command.done = () => {
      if (command._rows.length >= packet.statements) return end();
      command._resultIndex++;
      return command.resultsetHeader;
    };
    // It writes one packet, and that is ours.
    command.start = (answer, to) =>
      start(answer, Object.create(to, { writePacket: { value: () => send(packet.bytes, to) } }));
    driver.addCommand(command);
  });
}

function send(packet: Buffer, to: Driver): void {
  const length = packet.length - PACKET_HEADER_BYTES;
  if (length < CHUNK_BYTES_MAX) {
    writeHeader(packet, length, to);
    to.write(packet);
    return;
  }
  for (let at = PACKET_HEADER_BYTES; ; at += CHUNK_BYTES_MAX) {
    const chunk = packet.subarray(at, at + CHUNK_BYTES_MAX);
    const header = Buffer.allocUnsafe(PACKET_HEADER_BYTES);
    writeHeader(header, chunk.length, to);
    to.write(header);
    to.write(chunk);
    if (chunk.length < CHUNK_BYTES_MAX) return;
  }
}

function writeHeader(into: Buffer, length: number, to: Driver): void {
  into.writeUIntLE(length, 0, 3);
  into[3] = to.sequenceId;
  to._bumpSequenceId(1);
}

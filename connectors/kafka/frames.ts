import { RowtideError } from 'rowtide';

/** No answer that we ask for comes near this; a length beyond it is not Kafka talking. */
const FRAME_BYTES_MAX = 64 * 1024 * 1024;
const TLS_ALERT = 0x1503;

/** Cuts a stream into frames of `size:INT32 payload`. One for each socket: half a frame must die with its socket. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The payloads that are complete now. They may share memory with `chunk`. */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    let at = 0;
    while (bytes.length - at >= 4) {
      const size = bytes.readInt32BE(at);
      if (size < 4 || size > FRAME_BYTES_MAX) throw notKafka(bytes.subarray(at, at + 4));
      if (bytes.length - at - 4 < size) break;
      frames.push(bytes.subarray(at + 4, at + 4 + size));
      at += 4 + size;
    }
    this.#rest = bytes.subarray(at);
    return frames;
  }
}

function notKafka(size: Buffer): RowtideError {
  const tls = size.readUInt16BE(0) === TLS_ALERT;
  return new RowtideError(
    'SINK_REFUSED',
    `what answers there is not a plain Kafka listener (0x${size.toString('hex')})`,
    {
      hint: tls ? 'It is a TLS listener: set the option ssl.' : 'Check host and port in brokers.',
    },
  );
}

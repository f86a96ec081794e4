import type { Reader } from './reader.js';
import type { Writer } from './writer.js';

/** One kind of request, at the one version that we speak: old enough for Kafka 2.8, new enough to carry what we need. */
export interface Api<Request, Response> {
  readonly name: string;
  readonly key: number;
  readonly version: number;
  /** Flexible versions have tagged fields, in their headers too. */
  readonly flexible: boolean;
  /** True where the header of the answer has none all the same. */
  readonly hasPlainAnswer?: boolean;
  write(writer: Writer, request: Request): void;
  /** What follows the written part and must not be copied. */
  segments?(request: Request): readonly Buffer[];
  read(reader: Reader): Response;
}

import { RowtideError } from 'rowtide';
import type { Api } from '../protocol/api.js';
import { refusal, remedy } from '../protocol/errors.js';
import { saslAuthenticate } from '../protocol/sasl-authenticate.js';
import { saslHandshake } from '../protocol/sasl-handshake.js';
import type { Mechanism } from './mechanism.js';

export interface SaslHost {
  /** How messages name the broker. */
  readonly place: string;
  readonly ask: <Request, Response>(api: Api<Request, Response>, request: Request) => Promise<Response>;
}

const UNSUPPORTED_SASL_MECHANISM = 33;

/** Logs in over a connection; resolves to how long the broker will believe it, 0: for ever. */
export async function authenticate(mechanism: Mechanism, { place, ask }: SaslHost): Promise<number> {
  const { errorCode, offered } = await ask(saslHandshake, { mechanism: mechanism.name });
  if (errorCode === UNSUPPORTED_SASL_MECHANISM) throw otherMechanism(place, mechanism.name, offered);
  if (errorCode !== 0) throw refusal(errorCode, `Kafka broker ${place}`);
  const conversation = mechanism.converse();
  let lifetimeMs = 0;
  for (let said = await conversation.next(); !said.done; ) {
    const answer = await ask(saslAuthenticate, said.value);
    if (answer.errorCode !== 0) throw refused(place, mechanism, answer);
    lifetimeMs = answer.sessionLifetimeMs;
    said = await conversation.next(answer.bytes);
  }
  return lifetimeMs;
}

function otherMechanism(place: string, wanted: string, offered: readonly string[]): RowtideError {
  const message = `Kafka broker ${place} does not take ${wanted}; it offers ${offered.join(', ') || 'nothing'}`;
  return new RowtideError('SINK_REFUSED', message, { hint: 'Set sasl.mechanism to one of those.' });
}

function refused(
  place: string,
  { name, who }: Mechanism,
  { errorCode, errorMessage }: { errorCode: number; errorMessage: string | null },
): RowtideError {
  const known = remedy(errorCode);
  if (known.kind !== 'fatal') return refusal(errorCode, `Kafka broker ${place}`);
  const detail = errorMessage === null ? '' : `; it says: ${errorMessage}`;
  const message = `Kafka broker ${place} refuses ${who} with ${name}: ${known.says} (${known.name}${detail})`;
  return new RowtideError(known.code, message, { hint: known.hint });
}

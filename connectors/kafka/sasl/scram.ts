import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { RowtideError } from 'rowtide';
import type { Mechanism } from './mechanism.js';

export type ScramHash = 'sha256' | 'sha512';

const HASH_BYTES: Readonly<Record<ScramHash, number>> = { sha256: 32, sha512: 64 };
/** Fewer would let whoever plays the broker guess the password; more would only keep us busy. */
const ITERATIONS_MIN = 4_096;
const ITERATIONS_MAX = 1_000_000;
const NONCE_BYTES = 24;

const derive = promisify(pbkdf2);

/**
 * RFC 5802 without channel binding. The password never goes over the wire, and the broker has to prove that it knows it:
 * ```
 * client => "n,," first        first  = "n=" user ",r=" nonce
 * broker => server             server = "r=" nonce more ",s=" base64(salt) ",i=" iterations
 * client => final ",p=" base64(proof)    final = "c=biws,r=" nonce more
 * broker => "v=" base64(signature)
 * ```
 */
export function scram(hash: ScramHash, username: string, password: string): Mechanism {
  return {
    name: hash === 'sha256' ? 'SCRAM-SHA-256' : 'SCRAM-SHA-512',
    who: `user ${username}`,
    async *converse() {
      const nonce = randomBytes(NONCE_BYTES).toString('base64');
      const first = `n=${username.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`;
      const server = (yield Buffer.from(`n,,${first}`)).toString();
      const { salt, iterations, bothNonces } = challengeOf(server, nonce);
      const salted = await derive(password, salt, iterations, HASH_BYTES[hash], hash);
      const final = `c=biws,r=${bothNonces}`;
      const { proof, signature } = proofOf({ hash, salted, message: `${first},${server},${final}` });
      const verdict = yield Buffer.from(`${final},p=${proof.toString('base64')}`);
      assertSigned(verdict.toString(), signature);
    },
  };
}

interface Challenge {
  readonly salt: Buffer;
  readonly iterations: number;
  /** Ours and the broker's. */
  readonly bothNonces: string;
}

function challengeOf(server: string, nonce: string): Challenge {
  const { r = '', s = '', i = '' } = attributesOf(server);
  const iterations = Number(i);
  if (!r.startsWith(nonce) || r.length === nonce.length || s === '') throw notScram('its challenge is incomplete');
  if (!(iterations >= ITERATIONS_MIN && iterations <= ITERATIONS_MAX)) throw notScram(`it wants ${i} iterations`);
  return { salt: Buffer.from(s, 'base64'), iterations, bothNonces: r };
}

function proofOf({ hash, salted, message }: { hash: ScramHash; salted: Buffer; message: string }): {
  proof: Buffer;
  signature: Buffer;
} {
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
  const clientKey = hmac(salted, 'Client Key');
  const clientSignature = hmac(createHash(hash).update(clientKey).digest(), message);
  return {
    proof: Buffer.from(clientKey.map((byte, at) => byte ^ clientSignature[at]!)),
    signature: hmac(hmac(salted, 'Server Key'), message),
  };
}

function assertSigned(verdict: string, signature: Buffer): void {
  const given = Buffer.from(attributesOf(verdict).v ?? '', 'base64');
  if (given.length !== signature.length || !timingSafeEqual(given, signature)) {
    throw notScram('it cannot prove that it knows the password');
  }
}

function attributesOf(text: string): { readonly [name: string]: string | undefined } {
  return Object.fromEntries(text.split(',').map((part) => [part.slice(0, 1), part.slice(2)]));
}

function notScram(why: string): RowtideError {
  return new RowtideError('SINK_REFUSED', `the broker is not to be trusted with SCRAM: ${why}`, {
    hint: 'Is this the broker that it should be? Use ssl to be sure.',
  });
}

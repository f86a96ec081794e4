import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scram } from '../../../connectors/kafka/sasl/scram.js';
import { type KafkaNode, startKafka } from '../../servers/kafka.js';
import { needs } from '../../servers/suite.js';
import { signal, sinkWith, Workload } from './workload.js';

/** A broker takes a new login one second after the last one at the earliest. */
const SESSION_MS = 1_500;

/** A token that nobody signed, which the broker of the tests takes. */
function token(claims: { readonly sub: string; readonly exp: number }): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const iat = claims.exp - 3_600;
  return `${part({ alg: 'none' })}.${part({ ...claims, iat })}.`;
}

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

needs('own').describe('the Kafka sink at a listener that wants a login', () => {
  let kafka: KafkaNode;
  beforeAll(async () => {
    const properties = { 'connections.max.reauth.ms': SESSION_MS };
    kafka = await startKafka({ users: { alice: 'secret-1' }, properties });
  });
  afterAll(() => kafka.remove());

  const login = { username: 'alice', password: 'secret-1' };
  const valid = (): string => token({ sub: 'alice', exp: inSeconds(3_600) });
  const sinkAt = (sasl: object, topic: string) => sinkWith({ brokers: kafka.saslBrokers, topic, sasl });
  const refused = async (sasl: object | undefined): Promise<unknown> => {
    const sink = sinkWith({ brokers: kafka.saslBrokers, topic: 'refused', ...(sasl && { sasl }) });
    const error: unknown = await sink.open(undefined, signal).catch((reason: unknown) => reason);
    await sink.close();
    return error;
  };

  describe.each([
    ['plain', () => ({ mechanism: 'plain', ...login })],
    ['scram-sha-256', () => ({ mechanism: 'scram-sha-256', ...login })],
    ['scram-sha-512', () => ({ mechanism: 'scram-sha-512', ...login })],
    ['a token', () => ({ mechanism: 'oauthbearer', token: valid() })],
    ['a command', () => ({ mechanism: 'oauthbearer', command: ['printf', '%s\n', valid()] })],
    ['a function', () => ({ mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: valid() }) })],
  ])('with %s', (name, sasl) => {
    it('writes, and creates topics', async () => {
      const topic = `login-${name.replace(' ', '-')}`;
      const sink = sinkAt(sasl(), topic);
      await sink.open(undefined, signal);
      const workload = new Workload(sink, topic);
      await workload.write(100);
      await sink.close();
      await workload.check(kafka.brokers);
    });
  });

  it('logs in anew on the same connection before the session is over', async () => {
    let logins = 0;
    const oauthBearerProvider = async () => {
      logins++;
      return { value: valid() };
    };
    const sink = sinkAt({ mechanism: 'oauthbearer', oauthBearerProvider }, 'sessions');
    await sink.open(undefined, signal);
    const workload = new Workload(sink, 'sessions');
    await workload.write(500);
    const before = logins;
    // Nobody needs a connection meanwhile, so nobody opens one.
    await expect.poll(() => logins).toBeGreaterThan(before);
    await workload.write(500);
    await sink.close();
    await workload.check(kafka.brokers);
  });

  describe('when the login ends while it writes', () => {
    const running = async (topic: string, oauthBearerProvider: () => Promise<{ value: string }>) => {
      const sink = sinkAt({ mechanism: 'oauthbearer', oauthBearerProvider }, topic);
      await sink.open(undefined, signal);
      return { sink, workload: new Workload(sink, topic) };
    };

    it('is refused by name if the next token has expired', async () => {
      let isExpired = false;
      const expired = token({ sub: 'alice', exp: inSeconds(-3_600) });
      const { sink, workload } = await running('ends', async () => ({ value: isExpired ? expired : valid() }));
      await workload.write(100);
      isExpired = true;
      const writing = async (): Promise<never> => {
        for (;;) await workload.write(10);
      };
      await expect(writing()).rejects.toMatchObject({
        code: 'SINK_REFUSED',
        retryable: false,
        message: expect.stringContaining(
          'refuses the bearer of the token with OAUTHBEARER: the login is wrong or has expired',
        ),
      });
      await sink.close();
    });

    it('goes on when tokens can be had again, and nothing is lost', async () => {
      let isDown = false;
      let refusals = 0;
      const { sink, workload } = await running('sealed', async () => {
        if (!isDown) return { value: valid() };
        refusals++;
        throw new Error('the vault is sealed');
      });
      await workload.write(100);
      isDown = true;
      const writing = (async () => {
        while (isDown) await workload.write(10);
      })();
      while (refusals < 3) await sleep(20);
      isDown = false;
      await writing;
      await sink.close();
      await workload.check(kafka.brokers);
    });
  });

  describe('is refused by name', () => {
    it.each([
      [{ mechanism: 'plain', username: 'alice', password: 'wrong' }, 'refuses user alice with PLAIN'],
      [{ mechanism: 'scram-sha-512', username: 'alice', password: 'wrong' }, 'refuses user alice with SCRAM-SHA-512'],
      [{ mechanism: 'scram-sha-256', username: 'bob', password: 'wrong' }, 'refuses user bob with SCRAM-SHA-256'],
      [
        { mechanism: 'oauthbearer', token: token({ sub: 'alice', exp: inSeconds(-3_600) }) },
        'refuses the bearer of the token with OAUTHBEARER',
      ],
    ])('with %j', async (sasl, message) => {
      expect(await refused(sasl)).toMatchObject({
        code: 'SINK_REFUSED',
        retryable: false,
        message: expect.stringMatching(
          new RegExp(`${message}: the login is wrong or has expired \\(SASL_AUTHENTICATION_FAILED`),
        ),
      });
    });

    it('with a command that prints no token', async () => {
      const command = ['sh', '-c', 'echo the vault is sealed >&2; exit 3'];
      expect(await refused({ mechanism: 'oauthbearer', command })).toMatchObject({
        code: 'SINK_UNREACHABLE',
        retryable: true,
        message: 'sasl.command sh gives no token: it failed: code 3, the vault is sealed',
      });
    });

    it('without a login', async () => {
      expect(await refused(undefined)).toMatchObject({ hint: expect.stringContaining('ssl or sasl') });
    });

    it('with a login where none is wanted', async () => {
      const sink = sinkWith({ brokers: kafka.brokers, sasl: { mechanism: 'plain', ...login } });
      await expect(sink.open(undefined, signal)).rejects.toMatchObject({
        code: 'SINK_REFUSED',
        message: expect.stringContaining('the listener wants no login (ILLEGAL_SASL_STATE)'),
      });
      await sink.close();
    });
  });
});

describe('SCRAM', () => {
  const challenge = async (answer: (nonce: string) => string): Promise<unknown> => {
    const conversation = scram('sha256', 'user', 'pencil').converse();
    const first = (await conversation.next()).value?.toString() ?? '';
    const nonce = first.slice(first.indexOf(',r=') + 3);
    return conversation.next(Buffer.from(answer(nonce)));
  };

  it.each([
    ['another nonce', () => 'r=other,s=QSXCR+Q6sek8bf92,i=4096', 'its challenge is incomplete'],
    ['its own nonce only', (nonce: string) => `r=${nonce},s=QSXCR+Q6sek8bf92,i=4096`, 'its challenge is incomplete'],
    ['a few iterations', (nonce: string) => `r=${nonce}x,s=QSXCR+Q6sek8bf92,i=1`, 'it wants 1 iterations'],
    ['a billion', (nonce: string) => `r=${nonce}x,s=QSXCR+Q6sek8bf92,i=1000000000`, 'it wants 1000000000 iterations'],
  ])('does not go on with a broker that answers %s', async (_, answer, reason) => {
    await expect(challenge(answer)).rejects.toThrow(reason);
  });

  it('does not believe a broker that does not know the password', async () => {
    const conversation = scram('sha256', 'user', 'pencil').converse();
    const first = (await conversation.next()).value?.toString() ?? '';
    await conversation.next(Buffer.from(`r=${first.slice(first.indexOf(',r=') + 3)}x,s=QSXCR+Q6sek8bf92,i=4096`));
    await expect(conversation.next(Buffer.from('v=rmF9pqV8S7suAoZWja4dJRkFsKQ='))).rejects.toThrow('cannot prove');
  });
});

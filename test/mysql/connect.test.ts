import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Connection, withConnection } from '../../src/mysql/connect.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { type MysqlServer, startMysql } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';

const never: AbortSignal = new AbortController().signal;
const tlsFile = (name: string): string => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));

const ask = (url: string, sql: string, password?: string): Promise<(readonly unknown[])[]> =>
  withConnection(parseServerUrl(url, password === undefined ? {} : { password }), never, (c) => c.query(sql));

const cipher = async (url: string, password?: string): Promise<unknown> =>
  (await ask(url, "SHOW SESSION STATUS LIKE 'Ssl_cipher'", password))[0]![1];

needs('own').describe('Connection', () => {
  let modern: MysqlServer;
  let v80: MysqlServer;
  let v57: MysqlServer;

  beforeAll(async () => {
    const own = ['ca', 'cert', 'key'].map(
      (part, i) => `--ssl-${part}=${tlsFile(['ca.pem', 'server.pem', 'server-key.pem'][i]!)}`,
    );
    modern = await startMysql({ options: own });
    v80 = await startMysql({ version: '8.0' });
    v57 = await startMysql({ version: '5.7' });
    await ask(modern.url, "CREATE USER sha2 IDENTIFIED WITH caching_sha2_password BY 'pässword'");
    await ask(v80.url, "CREATE USER sha2 IDENTIFIED WITH caching_sha2_password BY 'pässword'");
    await ask(v80.url, "CREATE USER native IDENTIFIED WITH mysql_native_password BY 'pässword'");
    await ask(v57.url, "CREATE USER native IDENTIFIED WITH mysql_native_password BY 'pässword'");
  });

  afterAll(async () => {
    for (const server of [modern, v80, v57]) await server?.remove();
  });

  const urlOf = (server: MysqlServer, user: string, rest: string, host = '127.0.0.1'): string =>
    `mysql://${user}@${host}:${server.port}/?${rest}`;

  it('asks in UTC and UTF-8, without modes that change what a query means', async () => {
    await ask(v57.url, "SET GLOBAL time_zone = '+05:00', sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'");
    const rows = await ask(
      v57.url,
      'SELECT @@time_zone, @@sql_mode, @@character_set_connection, "é𝄞", 18446744073709551615, NULL',
    );
    expect(rows).toEqual([['+00:00', '', 'utf8mb4', 'é𝄞', '18446744073709551615', null]]);
  });

  it('sends values apart from the text', async () => {
    const rows = await withConnection(parseServerUrl(v57.url), never, (c) => c.query('SELECT ?, ?', ["'; --", 7]));
    expect(rows).toEqual([["'; --", 7]]);
  });

  it('reads columns that are called like parts of an object', async () => {
    expect(await ask(modern.url, 'SELECT 1 AS `__proto__`, 2 AS `constructor`')).toEqual([['1', '2']]);
  });

  describe('logs in', () => {
    it('with caching_sha2_password in clear text, encrypted by the server’s RSA key the first time', async () => {
      for (const server of [modern, v80]) {
        const url = urlOf(server, 'sha2', 'ssl-mode=disabled');
        await ask(server.url, 'FLUSH PRIVILEGES');
        expect(await cipher(url, 'pässword')).toBe('');
        expect(await cipher(url, 'pässword')).toBe('');
      }
    });

    it('with caching_sha2_password over TLS and over a socket', async () => {
      await ask(modern.url, 'FLUSH PRIVILEGES');
      expect(await cipher(urlOf(modern, 'sha2', 'ssl-mode=required'), 'pässword')).not.toBe('');
      await ask(modern.url, 'FLUSH PRIVILEGES');
      expect(await cipher(urlOf(modern, 'sha2', `socket=${encodeURIComponent(modern.socket)}`), 'pässword')).toBe('');
    });

    it('with mysql_native_password', async () => {
      for (const server of [v80, v57]) {
        expect(await ask(urlOf(server, 'native', 'ssl-mode=disabled'), 'SELECT 1', 'pässword')).toEqual([['1']]);
      }
    });

    it('and says who was refused, never the password', async () => {
      for (const [server, user] of [
        [modern, 'sha2'],
        [v80, 'sha2'],
        [v80, 'native'],
        [v57, 'native'],
      ] as const) {
        const error = await ask(urlOf(server, user, 'ssl-mode=disabled'), 'SELECT 1', 'canary').catch(
          (each: unknown) => each,
        );
        expect(error).toMatchObject({
          code: 'SOURCE_ACCESS_DENIED',
          message: expect.stringContaining(`Access denied for user '${user}'@'127.0.0.1'`),
        });
        expect(String(error)).not.toContain('canary');
      }
    });
  });

  describe('encrypts', () => {
    const ca = (name: string): string => `ssl-ca=${encodeURIComponent(tlsFile(name))}`;

    it('as asked: disabled, required, verify-ca, verify-identity', async () => {
      expect(await cipher(urlOf(modern, 'root', 'ssl-mode=disabled'))).toBe('');
      expect(await cipher(urlOf(modern, 'root', 'ssl-mode=required'))).not.toBe('');
      expect(await cipher(urlOf(modern, 'root', `ssl-mode=verify-ca&${ca('ca.pem')}`))).not.toBe('');
      expect(await cipher(urlOf(modern, 'root', `ssl-mode=verify-identity&${ca('ca.pem')}`, 'localhost'))).not.toBe('');
    });

    it('with the certificates that MySQL makes for itself', async () => {
      const own = `ssl-ca=${encodeURIComponent(join(v80.certDir, 'ca.pem'))}`;
      const client = ['cert', 'key'].map(
        (part) => `ssl-${part}=${encodeURIComponent(join(v80.certDir, `client-${part}.pem`))}`,
      );
      expect(await cipher(urlOf(v80, 'root', `ssl-mode=verify-ca&${own}`))).not.toBe('');
      expect(await cipher(urlOf(v80, 'root', `ssl-mode=verify-ca&${own}&${client.join('&')}`))).not.toBe('');
    });

    it.each([
      ['an authority that did not sign', 'verify-ca', 'other-ca.pem', '127.0.0.1', /certificate/],
      [
        'a name that is not in the certificate',
        'verify-identity',
        'ca.pem',
        '127.0.0.1',
        /127\.0\.0\.1 is not in the cert/,
      ],
    ])('and refuses %s', async (_, mode, authority, host, message) => {
      const error = await cipher(urlOf(modern, 'root', `ssl-mode=${mode}&${ca(authority)}`, host)).catch(
        (each: unknown) => each,
      );
      expect(error).toMatchObject({
        code: 'SOURCE_UNREACHABLE',
        retryable: false,
        message: expect.stringMatching(message),
      });
    });

    it('and refuses an authority that nobody named', async () => {
      await expect(cipher(urlOf(modern, 'root', 'ssl-mode=verify-ca'))).rejects.toMatchObject({
        code: 'SOURCE_UNREACHABLE',
      });
    });

    it('and never goes on in clear text with a server that cannot', async () => {
      await expect(cipher(urlOf(v57, 'root', 'ssl-mode=required'))).rejects.toMatchObject({
        code: 'SOURCE_SETTINGS',
        message: expect.stringContaining('the server offers no encryption'),
      });
    });

    it('and says it when the server insists', async () => {
      await ask(modern.url, 'SET GLOBAL require_secure_transport = ON');
      const error = await cipher(modern.url).catch((each: unknown) => each);
      await ask(urlOf(modern, 'root', 'ssl-mode=required'), 'SET GLOBAL require_secure_transport = OFF');
      expect(error).toMatchObject({ code: 'SOURCE_SETTINGS', hint: expect.stringContaining('ssl-mode=required') });
    });

    it('and names a certificate file that is not there', async () => {
      await expect(cipher(urlOf(modern, 'root', 'ssl-mode=verify-ca&ssl-ca=/missing.pem'))).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('/missing.pem'),
      });
    });
  });

  it('ends when its signal aborts, also in the middle of a question', async () => {
    const stop = new AbortController();
    const connection = await Connection.open(parseServerUrl(v57.url), stop.signal);
    const question = connection.query('SELECT SLEEP(100)');
    stop.abort(new Error('enough'));
    await expect(question).rejects.toBe(stop.signal.reason);
    await connection.close();
    await expect(Connection.open(parseServerUrl(v57.url), stop.signal)).rejects.toThrow('enough');
  });
});

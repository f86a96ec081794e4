import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseServerUrl, placeOf } from '../../src/mysql/url.js';

describe('parseServerUrl', () => {
  it('reads all that a URL can say', () => {
    const address = parseServerUrl(
      'mysql://cdc%40x:p%23w@db1:3307/shop?ssl-mode=verify-identity&ssl-ca=/ca.pem&ssl-cert=/c.pem&ssl-key=/k.pem',
    );
    expect(address).toMatchObject({ host: 'db1', port: 3307, socket: null, user: 'cdc@x', database: 'shop' });
    expect(address.password.reveal()).toBe('p#w');
    expect(address.tls).toEqual({ mode: 'verify-identity', ca: '/ca.pem', cert: '/c.pem', key: '/k.pem' });
  });

  it('has defaults: encrypted where the connection leaves the machine', () => {
    expect(parseServerUrl('mysql://db1')).toMatchObject({
      port: 3306,
      user: 'root',
      database: '',
      tls: { mode: 'required' },
    });
    for (const local of [
      'mysql://localhost',
      'mysql://127.0.0.1',
      'mysql://[::1]',
      'mysql://db1/?socket=/run/mysqld.sock',
    ]) {
      expect(parseServerUrl(local).tls.mode).toBe('disabled');
    }
    expect(parseServerUrl('mysql://127.evil.example').tls.mode).toBe('required');
    expect(parseServerUrl('mysql://db1/?ssl-ca=/ca.pem').tls.mode).toBe('verify-ca');
  });

  it('names a server as host and port, or as a socket', () => {
    expect(placeOf(parseServerUrl('mariadb://u:p@db1'))).toBe('db1:3306');
    expect(placeOf(parseServerUrl('mysql://u@[2001:db8::1]:3307'))).toBe('[2001:db8::1]:3307');
    expect(parseServerUrl('mysql://u@[2001:db8::1]').host).toBe('2001:db8::1');
    expect(placeOf(parseServerUrl('mysql://u@h/?socket=/run/m.sock'))).toBe('/run/m.sock');
  });

  it('takes a password given apart before the one in the URL', () => {
    expect(parseServerUrl('mysql://u:a@h', { password: 'b' }).password.reveal()).toBe('b');
  });

  it('shows the password to nobody who prints it', () => {
    const address = parseServerUrl('mysql://u:canary@h');
    expect(
      JSON.stringify(address) + inspect(address, { depth: 9, showHidden: true }) + String(address.password),
    ).not.toContain('canary');
  });

  it.each([
    ['postgres://u:canary@h', 'a URL of postgres: where mysql: is expected'],
    ['u:canary@h', 'a URL of u: where mysql: is expected'],
    ['mysql://u:canary@h:port', 'not the URL of a server'],
    ['mysql://u:canary@h/#x', 'has no part after #'],
    ['mysql://u:canary@h/?sslmode=required', 'has no parameter sslmode'],
    ['mysql://u:canary@h/?ssl-mode=preferred', 'ssl-mode=preferred'],
    ['mysql://u:canary@h/?ssl-mode=', 'ssl-mode is empty'],
    ['mysql://u:canary@h/?ssl-mode=required&ssl-mode=disabled', 'ssl-mode is given twice'],
    ['mysql://u:canary@h/?ssl-mode=required&ssl-ca=/ca.pem', 'which does not look at it'],
    ['mysql://u:canary@h/?ssl-cert=/c.pem', 'ssl-cert and ssl-key belong together'],
    ['mysql://u:canary@h/?ssl-mode=disabled&ssl-cert=/c&ssl-key=/k', 'ssl-cert with ssl-mode=disabled'],
    ['mysql://u:canary%@h', 'the password in a server’s URL is not percent-encoded'],
  ])('refuses %s without repeating the password', (text, message) => {
    const error = (() => {
      try {
        parseServerUrl(text);
      } catch (each) {
        return each as Error;
      }
      return null;
    })();
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(message) });
    expect(inspect(error)).not.toContain('canary');
  });
});

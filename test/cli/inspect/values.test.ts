import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import * as value from '../../../src/cli/inspect/values.js';
import { localZoneName } from '../../../src/cli/inspect/zone-name.js';

describe('a time', () => {
  const seconds = (...parts: [number, number, number, number, number, number]): number =>
    new Date(...parts).getTime() / 1000;

  it('is local, in the forms that MySQL takes for a DATETIME', () => {
    const expected = seconds(2026, 10, 21, 7, 40, 39);
    for (const text of [
      '2026-11-21 07:40:39',
      '2026/11/21 7.40.39',
      '2026-11-21T07:40:39.5',
      '26-11-21 07:40:39',
      '20261121074039',
      '2026-11-21-07-40-39',
    ])
      expect(value.datetime(text), text).toBe(expected);
    expect(value.datetime('2026-11-21 07')).toBe(seconds(2026, 10, 21, 7, 0, 0));
    expect(value.datetime('2026-02-30 00:00:00')).toBe(seconds(2026, 2, 2, 0, 0, 0));
  });

  it('is taken for none where it is too late', () => {
    expect(value.datetime('9999-12-31 23:59:59')).toBe(0);
  });

  it('has a date and a time, and nothing behind it', () => {
    for (const text of ['', '2026-11-21', '2026-13-21 07:40:39', '2026-11-21 24:00:00', '2026-11-21 07:40:39+01:00'])
      expect(() => value.datetime(text), text).toThrow(InvalidArgumentError);
  });
});

describe('a number', () => {
  it('may have a unit, and is not below zero', () => {
    expect(['5', '1k', '2M', '-3'].map(value.number)).toEqual([5, 1024, 2 * 1024 * 1024, 0]);
    expect(() => value.number('5x')).toThrow(InvalidArgumentError);
  });
});

describe('GTIDs', () => {
  const uuid = '3e11fa47-71ca-11e1-9e33-c80aa9429562';

  it('may have white space, a UUID without dashes, and empty parts', () => {
    for (const text of [` ${uuid} : 1 - 2 , `, '3E11FA4771CA11E19E33C80AA9429562:1-2', `${uuid}:1-2:5-3,${uuid}`])
      expect(String(value.gtidSet(text)), text).toBe(`${uuid}:1-2`);
    expect(() => value.gtidSet('abc')).toThrow(InvalidArgumentError);
  });
});

describe('a list of numbers', () => {
  it('has nothing but digits and commas', () => {
    expect(value.numbers('0,12')).toEqual([0, 12]);
    for (const text of ['', '-1', '0 , 1']) expect(() => value.numbers(text), text).toThrow(InvalidArgumentError);
  });
});

describe('a rule for schemas', () => {
  it('replaces one name by another; the first for a name counts', () => {
    const rules = value.rewriteDb('a -> c', value.rewriteDb('b->d', value.rewriteDb('a->b')));
    expect([...rules]).toEqual([
      ['a', 'b'],
      ['b', 'd'],
    ]);
    for (const text of ['a', '->b', 'a->']) expect(() => value.rewriteDb(text)).toThrow(InvalidArgumentError);
  });
});

describe('--base64-output', () => {
  it('is taken in any case, and cut short', () => {
    expect(['AUTO', 'DECODE-rows', 'dec', 'unspec'].map(value.base64Output)).toEqual([
      'auto',
      'decode-rows',
      'decode-rows',
      'auto',
    ]);
    expect(() => value.base64Output('x')).toThrow('never, auto, unspec, decode-rows');
  });
});

describe('the name of the time zone', () => {
  const winter = Date.UTC(2026, 0, 15) / 1000;
  const summer = Date.UTC(2026, 6, 15) / 1000;

  it('is that of the zone database', () => {
    expect(localZoneName({ TZ: 'Asia/Kolkata' })(summer)).toBe('IST');
    expect(localZoneName({ TZ: '' })(summer)).toBe('UTC');
    expect(localZoneName({ TZ: 'Europe/Berlin' })(Date.UTC(1916, 6, 1) / 1000)).toBe('CEST');
    expect(localZoneName({ TZ: 'Europe/Berlin' })(Date.UTC(1880, 0, 1) / 1000)).toBe('LMT');
  });

  it('is what the engine says where the database is missing', () => {
    expect(localZoneName({ TZ: 'No/Where' })(winter)).not.toBe('');
  });
});

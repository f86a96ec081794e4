import { describe, expect, it } from 'vitest';
import { EditedJson } from '../../src/column/json-edit.js';
import { jsonText } from '../../src/column/value.js';
import { RowtideError } from '../../src/core/errors.js';
import type { JsonDiff } from '../../src/core/json-diff.js';
import fc from '../properties.js';
import { scaled } from '../roundtrip/random.js';
import { document, documentOf, encode, type Json, print } from './binary-json.js';

const binary = (value: Json, large = false): Buffer => documentOf(encode(value, large));
const text = (bytes: Buffer): string => jsonText(bytes, 0, bytes.length);

const replace = (path: string, value: Json): JsonDiff => ({ op: 'replace', path, value: binary(value) });
const insert = (path: string, value: Json): JsonDiff => ({ op: 'insert', path, value: binary(value) });
const remove = (path: string): JsonDiff => ({ op: 'remove', path, value: null });

/** The document behind the diffs; what lies around it in the buffer stays as it was. */
function edited(before: Buffer, ...diffs: readonly JsonDiff[]): Buffer {
  const document = new EditedJson(before);
  for (const diff of diffs) document.apply(diff);
  const out = Buffer.alloc(document.size + 20, 0xee);
  const end = document.write(out, 10);
  expect(end).toBe(10 + document.size);
  expect(out.subarray(0, 10)).toEqual(Buffer.alloc(10, 0xee));
  expect(out.subarray(end)).toEqual(Buffer.alloc(10, 0xee));
  return out.subarray(10, end);
}

const textAfter = (before: Json, ...diffs: readonly JsonDiff[]): string => text(edited(binary(before), ...diffs));

describe('diffs', () => {
  it('replace members and elements', () => {
    expect(textAfter({ a: 1n, b: [1n, 'x'] }, replace('$.a', 'new'), replace('$.b[1]', { c: null }))).toBe(
      '{"a": "new", "b": [1, {"c": null}]}',
    );
  });

  it('insert members where keys are sorted: the shorter ones first', () => {
    expect(textAfter({ b: 1n, aa: 2n }, insert('$.c', 3n), insert('$.""', 4n), insert('$.ab', 5n))).toBe(
      '{"": 4, "b": 1, "c": 3, "aa": 2, "ab": 5}',
    );
  });

  it('insert elements, which moves the others up', () => {
    expect(textAfter([1n, 2n], insert('$[1]', 'x'), insert('$[0]', 'y'))).toBe('["y", 1, "x", 2]');
  });

  it('insert behind the last element whatever the index, and before the first one from the end', () => {
    expect(textAfter([1n], insert('$[7]', 2n), insert('$[last-9]', 0n), insert('$[last]', 'x'))).toBe('[0, 1, "x", 2]');
  });

  it('remove, also from the end', () => {
    expect(textAfter({ a: [1n, 2n, 3n], b: 1n }, remove('$.a[last-1]'), remove('$.b'))).toBe('{"a": [1, 3]}');
  });

  it('go into what diffs before them brought', () => {
    expect(textAfter({}, insert('$.a', {}), insert('$.a.b', []), insert('$.a.b[0]', true))).toBe(
      '{"a": {"b": [true]}}',
    );
  });

  it.each([
    'a.b',
    '"',
    '\\',
    '[0]',
    ' ',
    '*',
    '\n',
    '\u0001',
    'é',
    '日本',
    '\u00a0',
    '\ufeff',
    '\u{1f600}',
    '__proto__',
    '',
  ])('find the name %j', (name) => {
    const path = `$.${JSON.stringify(name)}`;
    expect(textAfter({ [name]: 1n, other: 2n }, replace(path, 3n))).toBe(print({ [name]: 3n, other: 2n }));
  });

  it('find names that are not quoted', () => {
    const names = ['$', '_', 'é', '日本', '\u00a0', '\ufeff', 'last'];
    const before = Object.fromEntries(names.map((name) => [name, 1n]));
    expect(textAfter(before, ...names.map((name) => remove(`$.${name}`)))).toBe('{}');
  });

  it('make small containers large, and large ones small', () => {
    const long = 'x'.repeat(65_600);
    const grown = edited(binary({ a: [70_000n], b: 1n }), insert('$.c', long), insert('$.a[1]', -70_000n));
    expect(text(grown)).toBe(print({ a: [70_000n, -70_000n], b: 1n, c: long }));
    expect(grown[0]).toBe(1);
    const shrunk = edited(grown, remove('$.c'));
    expect(shrunk).toEqual(binary({ a: [70_000n, -70_000n], b: 1n }));
  });

  it('leave the last small size small', () => {
    const of = (bytes: number): Json => ['x'.repeat(bytes - 10)];
    for (const bytes of [0xfffe, 0xffff, 0x10000]) {
      expect(edited(binary(['']), replace('$[0]', (of(bytes) as string[])[0]!))).toEqual(binary(of(bytes)));
    }
  });

  it('apply to a cell without any byte as to null', () => {
    expect(text(edited(Buffer.alloc(0)))).toBe('null');
  });

  it.each([
    ['a member that is not there', { a: 1n }, replace('$.b', 1n)],
    ['a member that is there already', { a: 1n }, insert('$.a', 1n)],
    ['an element that is not there', [1n], replace('$[1]', 1n)],
    ['the removal of what is not there', [1n], remove('$[last-1]')],
    ['a member of an array', [1n], insert('$.a', 1n)],
    ['an element of an object', { a: 1n }, insert('$[0]', 1n)],
    ['an element of a scalar', { a: 1n }, replace('$.a[0]', 1n)],
    ['a way through a scalar', 1n, replace('$.a.b', 1n)],
    ['the whole document', { a: 1n }, replace('$', 1n)],
  ] as [string, Json, JsonDiff][])('are refused that do not fit: %s', (_, before, diff) => {
    expect(() => textAfter(before, diff)).toThrow(
      expect.objectContaining({ code: 'EVENT_MALFORMED', message: expect.stringMatching(/does not fit the document/) }),
    );
  });

  it.each([
    '',
    'a',
    '$a',
    '$.',
    '$[',
    '$[-1]',
    '$[last-]',
    '$[*]',
    '$.*',
    '$**.a',
    '$."a',
    '$."\\x"',
    '$[0 to 1]',
    `$${'[0]'.repeat(101)}`,
  ])('are refused with the path %j', (path) => {
    expect(() => textAfter([1n], remove(path))).toThrow(
      expect.objectContaining({
        code: 'EVENT_MALFORMED',
        message: expect.stringMatching(/^binary JSON: the (path|name)/),
      }),
    );
  });
});

describe('diffs by chance', () => {
  interface Step {
    readonly diff: JsonDiff;
    /** What it makes of the value. */
    readonly value: Json;
  }
  /** A number below `count`. */
  type Choose = (count: number) => number;

  function step(value: Json, choose: Choose, fresh: Json): Step | null {
    if (typeof value !== 'object' || value === null) return null;
    return Array.isArray(value) ? arrayStep(value, choose, fresh) : objectStep(value, choose, fresh);
  }

  function arrayStep(value: Json[], choose: Choose, fresh: Json): Step {
    const at = choose(value.length + 1);
    const back = value.length - 1 - at;
    const path = choose(2) === 0 || back < 0 ? `$[${at}]` : `$[last${back === 0 ? '' : `-${back}`}]`;
    if (back < 0) return { diff: insert(path, fresh), value: [...value, fresh] };
    const inner = step(value[at]!, choose, fresh);
    if (inner !== null && choose(2) === 0) return within(path, inner, value.with(at, inner.value));
    switch (choose(3)) {
      case 0:
        return { diff: insert(path, fresh), value: value.toSpliced(at, 0, fresh) };
      case 1:
        return { diff: remove(path), value: value.toSpliced(at, 1) };
      default:
        return { diff: replace(path, fresh), value: value.with(at, fresh) };
    }
  }

  function objectStep(value: { [key: string]: Json }, choose: Choose, fresh: Json): Step {
    const names = Object.keys(value);
    const name = names[choose(names.length + 1)] ?? `new ${choose(1000)}`;
    const path = `$.${JSON.stringify(name)}`;
    const others = Object.entries(value).filter(([key]) => key !== name);
    const set = (item: Json): Json => Object.fromEntries([...others, [name, item]]);
    if (!Object.hasOwn(value, name)) return { diff: insert(path, fresh), value: set(fresh) };
    const inner = step(value[name]!, choose, fresh);
    if (inner !== null && choose(2) === 0) return within(path, inner, set(inner.value));
    if (choose(2) === 0) return { diff: remove(path), value: Object.fromEntries(others) };
    return { diff: replace(path, fresh), value: set(fresh) };
  }

  function within(path: string, { diff }: Step, value: Json): Step {
    return { diff: { ...diff, path: `${path}${diff.path.slice(1)}` }, value };
  }

  it('make of a document what the same steps make of plain values', () => {
    fc.assert(
      fc.property(
        document,
        fc.array(document, { maxLength: 6 }),
        fc.boolean(),
        fc.gen(),
        (before, fresh, large, gen) => {
          const diffs: JsonDiff[] = [];
          let value = before;
          for (const each of fresh) {
            const next = step(value, (count) => gen(fc.nat, { max: count - 1 }), each);
            if (next === null) break;
            diffs.push(next.diff);
            value = next.value;
          }
          expect(text(edited(binary(before, large), ...diffs))).toBe(print(value));
        },
      ),
      { numRuns: scaled(3000) },
    );
  });

  it('give a document or an error of ours where bytes of the document or the value were changed or cut', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 2, 3, 0x80, 0xff))), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(document, document, damage, fc.nat(9), fc.boolean(), (before, fresh, changes, cut, large) => {
        const [bytes, value] = [binary([before, { a: before }], large), binary(fresh, large)];
        for (const [at, byte] of changes)
          (at % 2 === 0 ? bytes : value)[(at >> 1) % (at % 2 === 0 ? bytes : value).length] = byte;
        const diffs: JsonDiff[] = [
          { op: 'insert', path: '$[1].b', value },
          { op: 'replace', path: '$[0]', value: value.subarray(0, Math.max(0, value.length - cut)) },
        ];
        try {
          const result = edited(bytes, ...diffs);
          expect(result.length).toBeLessThan(4 * (bytes.length + 2 * value.length) + 100);
          text(result);
        } catch (error) {
          expect(error).toBeInstanceOf(RowtideError);
          expect(error).toMatchObject({ code: 'EVENT_MALFORMED' });
        }
      }),
      { numRuns: scaled(4000) },
    );
  });
});

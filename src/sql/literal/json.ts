import {
  isArray,
  isInline,
  isObject,
  prefixed,
  refuse,
  TYPE,
  uint16,
  uint32,
  valueBytes,
} from '../../column/json-binary.js';
import * as column from '../../column/types.js';
import { jsonText } from '../../column/value.js';
import { doubleLiteral, quotedText } from './text.js';

/** What to throw for what SQL has no literal for. */
export type RefuseLiteral = (what: string) => Error;

/**
 * A binary JSON document as SQL that gives the same document. Its text does where that says all; but the text does not
 * tell a DECIMAL or a DATE from a number or a string, and MySQL 5.7 reads doubles inexactly. Documents with such values are
 * built up from SQL values.
 */
export function jsonLiteral(document: Buffer, refuseLiteral: RefuseLiteral): string {
  const byText = `CAST(${quotedText(jsonText(document, 0, document.length))} AS JSON)`;
  if (document.length === 0) return byText;
  const built = new Builder(document, refuseLiteral);
  const sql = built.value(document[0]!, 1);
  if (built.isTextEnough) return byText;
  return isArray(document[0]!) || isObject(document[0]!) ? sql : `CAST(${sql} AS JSON)`;
}

class Builder {
  isTextEnough = true;
  readonly #bytes: Buffer;
  readonly #refuse: RefuseLiteral;

  constructor(bytes: Buffer, refuseLiteral: RefuseLiteral) {
    this.#bytes = bytes;
    this.#refuse = refuseLiteral;
  }

  value(type: number, from: number): string {
    const bytes = this.#bytes;
    if (isArray(type) || isObject(type)) return this.#container(type, from);
    switch (type) {
      case TYPE.double:
        this.isTextEnough = false;
        return doubleValue(bytes.readDoubleLE(from));
      case TYPE.literal:
        return `CAST('${this.#text(type, from)}' AS JSON)`;
      case TYPE.string:
        return quotedText(JSON.parse(this.#text(type, from)) as string);
      case TYPE.opaque:
        this.isTextEnough = false;
        return this.#opaque(from);
      default:
        return this.#text(type, from);
    }
  }

  #container(type: number, at: number): string {
    const bytes = this.#bytes;
    const isLarge = type === TYPE.largeArray || type === TYPE.largeObject;
    const width = isLarge ? 4 : 2;
    const number = (offset: number): number => (isLarge ? uint32(bytes, offset) : uint16(bytes, offset));
    const count = number(at);
    const keysAt = at + 2 * width;
    const valuesAt = keysAt + (isObject(type) ? count * (width + 2) : 0);
    const parts: string[] = [];
    for (let i = 0; i < count; i++) {
      if (isObject(type)) {
        const key = keysAt + i * (width + 2);
        const from = at + number(key);
        parts.push(quotedText(bytes.utf8Slice(from, from + uint16(bytes, key + width))));
      }
      const entry = valuesAt + i * (1 + width);
      const inner = bytes[entry]!;
      parts.push(this.value(inner, isInline(inner, isLarge) ? entry + 1 : at + number(entry + 1)));
    }
    return `${isObject(type) ? 'JSON_OBJECT' : 'JSON_ARRAY'}(${parts.join(', ')})`;
  }

  /** The JSON text of a value that is no container. */
  #text(type: number, from: number): string {
    const length = valueBytes(type, this.#bytes, from, this.#bytes.length);
    const scalar = Buffer.concat([Buffer.of(type), this.#bytes.subarray(from, from + length)]);
    return jsonText(scalar, 0, scalar.length);
  }

  #opaque(from: number): string {
    const code = this.#bytes[from]!;
    const text = this.#text(TYPE.opaque, from);
    const temporal = TEMPORAL[code];
    if (temporal !== undefined) return `CAST('${JSON.parse(text) as string}' AS ${temporal})`;
    if (code === column.NEWDECIMAL) {
      const { start, length } = prefixed(this.#bytes, from + 1, this.#bytes.length);
      if (length < 2) refuse('a DECIMAL without its precision');
      return `CAST(${text} AS DECIMAL(${this.#bytes[start]},${this.#bytes[start + 1]}))`;
    }
    throw this.#refuse(`a document has a value of the type ${column.typeName(code)}, for which SQL has no literal`);
  }
}

/** Only MySQL has such documents, and it does not take `-0e0` for 0. */
function doubleValue(value: number): string {
  return Object.is(value, -0) ? '-0e0' : doubleLiteral(value);
}

const TEMPORAL: Readonly<Record<number, string>> = {
  [column.DATE]: 'DATE',
  [column.TIME]: 'TIME(6)',
  [column.DATETIME]: 'DATETIME(6)',
  [column.TIMESTAMP]: 'DATETIME(6)',
};

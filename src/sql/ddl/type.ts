import type { Cursor } from './cursor.js';
import type { TypeClause } from './statement.js';

/** What a type's name says by itself. */
interface Named {
  readonly name: string;
  readonly length?: number;
  readonly charset?: string;
}

/** Synonyms of one word, by the name that INFORMATION_SCHEMA has; those of several words are below. */
const NAMES: Readonly<Record<string, Named>> = {
  TINYINT: { name: 'tinyint' },
  INT1: { name: 'tinyint' },
  BOOL: { name: 'tinyint' },
  BOOLEAN: { name: 'tinyint' },
  SMALLINT: { name: 'smallint' },
  INT2: { name: 'smallint' },
  MEDIUMINT: { name: 'mediumint' },
  INT3: { name: 'mediumint' },
  MIDDLEINT: { name: 'mediumint' },
  INT: { name: 'int' },
  INTEGER: { name: 'int' },
  INT4: { name: 'int' },
  BIGINT: { name: 'bigint' },
  INT8: { name: 'bigint' },
  SERIAL: { name: 'bigint' },
  DECIMAL: { name: 'decimal' },
  DEC: { name: 'decimal' },
  NUMERIC: { name: 'decimal' },
  FIXED: { name: 'decimal' },
  FLOAT: { name: 'float' },
  FLOAT4: { name: 'float' },
  DOUBLE: { name: 'double' },
  FLOAT8: { name: 'double' },
  BIT: { name: 'bit' },
  YEAR: { name: 'year' },
  DATE: { name: 'date' },
  TIME: { name: 'time' },
  DATETIME: { name: 'datetime' },
  TIMESTAMP: { name: 'timestamp' },
  CHAR: { name: 'char' },
  CHARACTER: { name: 'char' },
  NCHAR: { name: 'char', charset: 'utf8' },
  VARCHAR: { name: 'varchar' },
  VARCHARACTER: { name: 'varchar' },
  NVARCHAR: { name: 'varchar', charset: 'utf8' },
  BINARY: { name: 'binary' },
  VARBINARY: { name: 'varbinary' },
  TINYTEXT: { name: 'tinytext' },
  TEXT: { name: 'text' },
  MEDIUMTEXT: { name: 'mediumtext' },
  LONGTEXT: { name: 'longtext' },
  TINYBLOB: { name: 'tinyblob' },
  BLOB: { name: 'blob' },
  MEDIUMBLOB: { name: 'mediumblob' },
  LONGBLOB: { name: 'longblob' },
  ENUM: { name: 'enum' },
  SET: { name: 'set' },
  JSON: { name: 'json' },
  VECTOR: { name: 'vector' },
  GEOMETRY: { name: 'geometry' },
  POINT: { name: 'point' },
  LINESTRING: { name: 'linestring' },
  POLYGON: { name: 'polygon' },
  MULTIPOINT: { name: 'multipoint' },
  MULTILINESTRING: { name: 'multilinestring' },
  MULTIPOLYGON: { name: 'multipolygon' },
  GEOMETRYCOLLECTION: { name: 'geometrycollection' },
  GEOMCOLLECTION: { name: 'geometrycollection' },
};

const MARIADB_NAMES: Readonly<Record<string, Named>> = {
  UUID: { name: 'uuid' },
  INET4: { name: 'inet4' },
  INET6: { name: 'inet6' },
  XMLTYPE: { name: 'xmltype' },
};

/** FLOAT(p) is a DOUBLE from here on. */
const FLOAT_BITS_MAX = 24;
const FRACTIONS = new Set(['time', 'datetime', 'timestamp']);

/** The type of a column and what follows it up to its first attribute; signs and character sets are read as attributes. */
export function parseType(c: Cursor): TypeClause {
  const named = parseName(c);
  const type: TypeClause = {
    name: named.name,
    length: named.length ?? null,
    scale: null,
    fractionDigits: 0,
    unsigned: false,
    labels: null,
    charset: named.charset ?? null,
    binary: false,
  };
  if (!c.isSymbol('(')) return type;
  if (type.name === 'enum' || type.name === 'set') return { ...type, labels: parseLabels(c) };
  return withLength(type, c);
}

function parseName(c: Cursor): Named {
  const { token } = c;
  if (token.kind !== 'word') throw c.refuse('a type should stand there');
  if (c.accept('LONG')) return parseLong(c);
  if (c.accept('NATIONAL')) return { ...parseNational(c), charset: 'utf8' };
  if (c.accept('REAL')) {
    c.accept('PRECISION');
    return { name: c.dialect.realAsFloat ? 'float' : 'double' };
  }
  const named = NAMES[token.upper] ?? (c.dialect.flavour === 'mariadb' ? MARIADB_NAMES[token.upper] : undefined);
  if (named === undefined) throw c.refuse(`the type ${token.text} is not known`);
  c.skip();
  if (named.name === 'double') c.accept('PRECISION');
  if (named.name === 'char' && acceptVarying(c)) return { ...named, name: 'varchar' };
  return named;
}

function acceptVarying(c: Cursor): boolean {
  return c.accept('VARYING') || c.accept('VARCHAR') || c.accept('VARCHARACTER');
}

/** LONG, LONG VARCHAR, LONG CHAR VARYING, LONG VARBINARY. */
function parseLong(c: Cursor): Named {
  if (c.accept('VARBINARY')) return { name: 'mediumblob' };
  if (!c.accept('CHAR|CHARACTER', 'VARYING')) c.accept('VARCHAR|VARCHARACTER');
  return { name: 'mediumtext' };
}

function parseNational(c: Cursor): Named {
  if (c.accept('VARCHAR|VARCHARACTER')) return { name: 'varchar' };
  c.expect('CHAR|CHARACTER');
  return { name: acceptVarying(c) ? 'varchar' : 'char' };
}

function withLength(type: TypeClause, c: Cursor): TypeClause {
  c.expectSymbol('(');
  const length = c.integer();
  const scale = c.acceptSymbol(',') ? c.integer() : null;
  c.expectSymbol(')');
  if (FRACTIONS.has(type.name)) return { ...type, fractionDigits: length };
  if (type.name === 'float' && scale === null) return { ...type, name: length > FLOAT_BITS_MAX ? 'double' : 'float' };
  return { ...type, length, scale };
}

function parseLabels(c: Cursor): (string | Buffer)[] {
  c.expectSymbol('(');
  const labels = c.list(() => {
    const { token } = c;
    if (token.kind !== 'string' && token.kind !== 'bytes') throw c.refuse('a label should stand there');
    c.skip();
    return token.kind === 'string' ? token.text : token.bytes;
  });
  c.expectSymbol(')');
  return labels;
}

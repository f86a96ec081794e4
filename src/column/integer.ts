import type { Codec, Visitor } from './visitor.js';

/**
 * TINYINT 1, SMALLINT 2, MEDIUMINT 3, INT 4, BIGINT 8 bytes, little-endian two's complement; the sign is a fact of the
 * column (TABLE_MAP's SIGNEDNESS), not of the bytes. YEAR is one byte, 1900 based, with 0 for the year 0000.
 */
export function integerCodec(width: 1 | 2 | 3 | 4 | 8, unsigned: boolean): Codec {
  switch (width) {
    case 1:
      return unsigned ? new UnsignedTiny() : new Tiny();
    case 2:
      return unsigned ? new UnsignedShort() : new Short();
    case 3:
      return unsigned ? new UnsignedMedium() : new Medium();
    case 4:
      return unsigned ? new UnsignedInt() : new Int();
    case 8:
      return unsigned ? new UnsignedBig() : new Big();
  }
}

class Tiny implements Codec {
  readonly width = 1;
  read<T>(bytes: Buffer, at: number, _end: number, visitor: Visitor<T>, into: T): T {
    return visitor.int((bytes[at]! << 24) >> 24, into);
  }
}

class UnsignedTiny implements Codec {
  readonly width = 1;
  read<T>(bytes: Buffer, at: number, _end: number, visitor: Visitor<T>, into: T): T {
    return visitor.int(bytes[at]!, into);
  }
}

class Short implements Codec {
  readonly width = 2;
  read<T>(bytes: Buffer, at: number, _end: number, visitor: Visitor<T>, into: T): T {
    return visitor.int(((bytes[at]! << 16) | (bytes[at + 1]! << 24)) >> 16, into);
  }
}

class UnsignedShort implements Codec {
  readonly width = 2;
  read<T>(bytes: Buffer, at: number, _end: number, visitor: Visitor<T>, into: T): T {
    return visitor.int(bytes[at]! | (bytes[at + 1]! << 8), into);
  }
}

class Medium implements Codec {
  readonly width = 3;
  read<T>(bytes: Buffer, at: number, _end: number, visitor: Visitor<T>, into: T): T {
    return visitor.int(((bytes[at]! << 8) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 24)) >> 8, into);
  }
}

class UnsignedMedium implements Codec {
  readonly width = 3;
  read<T>(bytes: Buffer, at: number, _end: number, visitor: Visitor<T>, into: T): T {
    return visitor.int(bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16), into);
  }
}

class Int implements Codec {
  readonly width = 4;
  read<T>(bytes: Buffer, at: number, _end: number, visitor: Visitor<T>, into: T): T {
    return visitor.int(int32(bytes, at), into);
  }
}

class UnsignedInt implements Codec {
  readonly width = 4;
  read<T>(bytes: Buffer, at: number, _end: number, visitor: Visitor<T>, into: T): T {
    return visitor.int(int32(bytes, at) >>> 0, into);
  }
}

class Big implements Codec {
  readonly width = 8;
  read<T>(bytes: Buffer, at: number, _end: number, visitor: Visitor<T>, into: T): T {
    return visitor.long(int32(bytes, at + 4), int32(bytes, at) >>> 0, into);
  }
}

class UnsignedBig implements Codec {
  readonly width = 8;
  read<T>(bytes: Buffer, at: number, _end: number, visitor: Visitor<T>, into: T): T {
    return visitor.unsignedLong(int32(bytes, at + 4) >>> 0, int32(bytes, at) >>> 0, into);
  }
}

export class YearCodec implements Codec {
  readonly width = 1;
  read<T>(bytes: Buffer, at: number, _end: number, visitor: Visitor<T>, into: T): T {
    const year = bytes[at]!;
    return visitor.int(year === 0 ? 0 : 1900 + year, into);
  }
}

function int32(bytes: Buffer, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

import type { ByteReader } from './bytes.js';

const VERSION_BYTES = 50;

/** The version as a format has it, filled up with zeros: `8.0.15-log`, `10.11.18-MariaDB-log`. */
export function readServerVersion(r: ByteReader): string {
  return r.utf8(VERSION_BYTES).replace(/\0.*$/s, '');
}

export function isMariadb(version: string): boolean {
  return version.includes('MariaDB');
}

/** Null where the text does not begin with three numbers. */
export function isAtLeast(version: string, since: readonly [number, number, number]): boolean | null {
  const parts = /^(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  if (parts === undefined) return null;
  const i = since.findIndex((part, at) => parts[at] !== part);
  return i < 0 || parts[i]! > since[i]!;
}

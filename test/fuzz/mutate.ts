import { HEADER_BYTES } from '../../src/core/event.js';
import type { Random } from '../roundtrip/random.js';
import { mendLength } from './recorded.js';

const TYPE_AT = 4;
const FLAGS_AT = 17;
/** Where decoders decide: signs, prefixes of lengths, the most that a width holds. */
const EXTREMES = [0, 1, 2, 0x7f, 0x80, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff];

/** The event with one to three things changed about it. `others` lend their bytes. */
export function mutated(event: Buffer, others: readonly Buffer[], random: Random): Buffer {
  let bytes: Buffer = Buffer.from(event);
  for (let i = random.int(1, 3); i > 0; i--) bytes = random.pick(MUTATIONS)(bytes, random, others);
  // An event whose header lies about its length is refused before anybody looks into it.
  return random.chance(0.97) ? mendLength(bytes) : bytes;
}

type Mutation = (bytes: Buffer, random: Random, others: readonly Buffer[]) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  changeBit,
  changeBit,
  changeByte,
  changeByte,
  changeBytes,
  changeWord,
  repeatByte,
  cut,
  shorten,
  insert,
  repeat,
  borrow,
  changeHeader,
];

/** Somewhere in the body, or at its end. */
function place(bytes: Buffer, random: Random): number {
  return random.int(Math.min(HEADER_BYTES, bytes.length), bytes.length);
}

function changeBit(bytes: Buffer, random: Random): Buffer {
  const at = place(bytes, random);
  if (at < bytes.length) bytes[at] = bytes[at]! ^ (1 << random.int(0, 7));
  return bytes;
}

function changeByte(bytes: Buffer, random: Random): Buffer {
  const at = place(bytes, random);
  if (at < bytes.length) bytes[at] = random.pick(EXTREMES);
  return bytes;
}

function changeBytes(bytes: Buffer, random: Random): Buffer {
  const at = place(bytes, random);
  random.bytes(random.int(1, 9)).copy(bytes, at);
  return bytes;
}

/** A number of 2 to 8 bytes becomes an extreme one. */
function changeWord(bytes: Buffer, random: Random): Buffer {
  const word = Buffer.alloc(random.pick([2, 3, 4, 8]), random.pick([0, 0xff]));
  if (random.chance(0.5)) word[random.int(0, word.length - 1)] = random.pick(EXTREMES);
  word.copy(bytes, place(bytes, random));
  return bytes;
}

function repeatByte(bytes: Buffer, random: Random): Buffer {
  const at = place(bytes, random);
  return bytes.fill(random.pick(EXTREMES), at, Math.min(bytes.length, at + random.int(1, 40)));
}

function cut(bytes: Buffer, random: Random): Buffer {
  const at = place(bytes, random);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.int(1, 12))]);
}

function shorten(bytes: Buffer, random: Random): Buffer {
  return bytes.subarray(0, place(bytes, random));
}

function insert(bytes: Buffer, random: Random): Buffer {
  const at = place(bytes, random);
  return Buffer.concat([bytes.subarray(0, at), random.bytes(random.int(1, 12)), bytes.subarray(at)]);
}

function repeat(bytes: Buffer, random: Random): Buffer {
  const at = place(bytes, random);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(HEADER_BYTES, at - random.int(1, 60)))]);
}

/** Goes on as another event does. */
function borrow(bytes: Buffer, random: Random, others: readonly Buffer[]): Buffer {
  const other = random.pick(others);
  return Buffer.concat([bytes.subarray(0, place(bytes, random)), other.subarray(place(other, random))]);
}

/** Type and flags; what else is in the header says when and where. */
function changeHeader(bytes: Buffer, random: Random): Buffer {
  if (random.chance(0.7)) bytes[TYPE_AT] = random.chance(0.8) ? random.int(0, 45) : random.int(155, 175);
  else bytes.writeUInt16LE(random.bits() & 0xffff, FLAGS_AT);
  return bytes;
}

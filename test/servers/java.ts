import { type Command, program } from './command.js';

/** Java 17 or newer. */
export async function java(): Promise<Command> {
  return program('java');
}

export async function maven(): Promise<Command> {
  return program('mvn');
}

/**
 * Java programs of the tests, a source file each, with what they need from Maven Central:
 *
 *   const printed = await runJava({ source, name: 'connect-json-4.3.1', artifacts: ['org.apache.kafka:connect-json:4.3.1'] }, { input });
 */
import { join } from 'node:path';
import { type RunOptions, run } from './command.js';
import { javaCompiler } from './java.js';
import { mavenLibraries } from './maven.js';

export interface JavaProgram {
  /** The path of its source, which Java compiles as it starts. */
  readonly source: string;
  /** What the cache calls the folder of its archives: what they are, and their version. */
  readonly name: string;
  /** `group:artifact:version`; what they need themselves comes with them, but not with `group:artifact:version:alone`. */
  readonly artifacts: readonly string[];
}

export interface JavaRunOptions extends Pick<RunOptions, 'input'> {
  readonly args?: readonly string[];
}

/** It is short-lived: it needs no compiler for code that runs hot, and no threads to clear away garbage. */
const MACHINE = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Duser.timezone=UTC'];

/** Its archives and a Java, downloaded where they are not there yet: what a test should not have to wait for. */
export async function installJava(program: JavaProgram): Promise<void> {
  await Promise.all([javaCompiler(), librariesOf(program)]);
}

const librariesOf = ({ name, artifacts }: JavaProgram): Promise<string> => mavenLibraries(name, artifacts);

/** Runs a program to its end and gives what it printed; a failure carries the end of its output. */
export async function runJava(program: JavaProgram, { args = [], input }: JavaRunOptions = {}): Promise<string> {
  const [java, libraries] = await Promise.all([javaCompiler(), librariesOf(program)]);
  const command = [...MACHINE, '-cp', join(libraries, '*'), program.source, ...args];
  return run(java, command, input === undefined ? {} : { input });
}

/** The machine's Java and Maven where it has them, else Debian's, unpacked like any other package. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, program, run } from './command.js';
import { debian } from './debian.js';
import { trustStore } from './trust-store.js';

const found = new Map<number, Promise<Command>>();

/** Java of this version or newer: 17 is enough for most. */
export function java(atLeast: 17 | 21 = 17): Promise<Command> {
  const command = found.get(atLeast) ?? findJava(atLeast);
  found.set(atLeast, command);
  return command;
}

const FOLDER = '/usr/lib/jvm';

async function findJava(atLeast: 17 | 21): Promise<Command> {
  const wanted = atLeast === 17 ? /^\w+ (1[7-9]|[2-9]\d)\b/ : /^\w+ (2[1-9]|[3-9]\d)\b/;
  const installed = existsSync(FOLDER) ? await readdir(FOLDER) : [];
  for (const file of ['java', ...installed.map((name) => join(FOLDER, name, 'bin/java'))])
    if (await works(program(file), '--version', wanted)) return program(file);
  const root = await debian(
    atLeast === 17
      ? { name: 'java', suite: 'bookworm', packages: ['openjdk-17-jre-headless'] }
      : { name: 'java21', suite: 'unstable', packages: ['openjdk-21-jre-headless'] },
  );
  return root.command(root.path(`usr/lib/jvm/java-${atLeast}-openjdk-amd64/bin/java`));
}

/** A Java that runs source files, which a runtime alone cannot. */
export async function javaCompiler(): Promise<Command> {
  const here = await java();
  if (await works(here, '--list-modules', /^jdk\.compiler@/m)) return here;
  const root = await debian({ name: 'java-compiler', suite: 'bookworm', packages: ['openjdk-17-jdk-headless'] });
  return root.command(root.path('usr/lib/jvm/java-17-openjdk-amd64/bin/java'));
}

export async function maven(): Promise<Command> {
  if (await works(program('mvn'), '--version', /Apache Maven 3/)) return program('mvn');
  const [runtime, root] = await Promise.all([
    java(),
    debian({ name: 'maven', suite: 'bookworm', packages: ['maven'], without: /jre|jdk/ }),
  ]);
  const home = root.path('usr/share/maven');
  const launcher = [
    `-Djavax.net.ssl.trustStore=${await trustStore()}`,
    '-cp',
    join(home, 'boot/plexus-classworlds-2.x.jar'),
    `-Dclassworlds.conf=${join(home, 'bin/m2.conf')}`,
    `-Dmaven.home=${home}`,
    `-Dmaven.multiModuleProjectDirectory=${home}`,
    'org.codehaus.plexus.classworlds.launcher.Launcher',
  ];
  return { ...runtime, args: [...runtime.args, ...launcher] };
}

async function works(command: Command, argument: string, wanted: RegExp): Promise<boolean> {
  try {
    return wanted.test(await run(command, [argument]));
  } catch {
    return false;
  }
}

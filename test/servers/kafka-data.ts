/** What a Kafka node needs before its first start, made once by Kafka itself and kept in the cache. */
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.js';
import { type Command, run } from './command.js';

/** What the storage tool writes into the metadata of a cluster, beside what it always writes. */
export interface Format {
  /** Passwords by user. */
  readonly users: Readonly<Record<string, string>>;
  /** Levels by feature. */
  readonly features: Readonly<Record<string, number>>;
}

export interface NodeIdentity {
  readonly cluster: string;
  readonly node: number;
  /** A uuid of its own for each log folder. */
  readonly directory: string;
}

/** A formatted log folder at `folder`: a Java of its own for each node would take longer than the node's start. */
export async function formatNode(folder: string, identity: NodeIdentity, made: FormatTool): Promise<void> {
  await cp(await formatted(made), folder, { recursive: true });
  const { cluster, node, directory } = identity;
  const lines = [`version=1`, `cluster.id=${cluster}`, `node.id=${node}`, `directory.id=${directory}`];
  await writeFile(join(folder, 'meta.properties'), `${lines.join('\n')}\n`);
}

export interface FormatTool {
  readonly version: string;
  readonly command: Command;
  readonly format: Format;
}

/** Beside who the node is, which is written anew, its files say what was asked for and nothing else. */
async function formatted({ version, command, format }: FormatTool): Promise<string> {
  const name = `kafka-${version}-format-${digest(JSON.stringify(format))}`;
  const folder = await cached(name, async (building) => {
    const data = join(building, 'data');
    const file = join(building, 'server.properties');
    const properties = {
      'process.roles': 'broker,controller',
      'node.id': 1,
      listeners: 'PLAINTEXT://127.0.0.1:1,CONTROLLER://127.0.0.1:2',
      'controller.listener.names': 'CONTROLLER',
      'controller.quorum.voters': '1@127.0.0.1:2',
      'log.dirs': data,
    };
    await mkdir(data);
    await writeFile(file, propertyLines(properties));
    const scram = Object.entries(format.users).flatMap(([name, password]) =>
      ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((each) => [
        '--add-scram',
        `${each}=[name=${name},password=${password}]`,
      ]),
    );
    const features = Object.entries(format.features).flatMap(([name, level]) => ['--feature', `${name}=${level}`]);
    const tool = ['kafka.tools.StorageTool', 'format', '--cluster-id=AAAAAAAAAAAAAAAAAAAAAQ', '--config', file];
    await run(command, [...tool, ...scram, ...features]);
  });
  return join(folder, 'data');
}

export const propertyLines = (properties: Readonly<Record<string, string | number | boolean>>): string =>
  Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');

/**
 * Options with which Java takes a node's classes from an archive instead of loading and checking each: half of the work
 * of its start. `record` runs a node with the given options to its orderly end, which writes the archive. Where Java
 * cannot use it, such as after an upgrade, it goes on without.
 */
export async function classArchive(
  name: string,
  { command, record }: { command: Command; record: (options: readonly string[]) => Promise<void> },
): Promise<readonly string[]> {
  const folder = await cached(`${name}-classes-${digest(javaOf(command))}`, (building) =>
    record([`-XX:ArchiveClassesAtExit=${join(building, 'classes.jsa')}`]),
  );
  const file = join(folder, 'classes.jsa');
  return existsSync(file) ? [`-XX:SharedArchiveFile=${file}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'] : [];
}

/** Another Java, and another one in the same place, has an archive of its own. */
function javaOf({ file, args }: Command): string {
  const files = [file, ...args].filter((each) => each.startsWith('/') && existsSync(each));
  return JSON.stringify([file, args, files.map((each) => statSync(each).mtimeMs)]);
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Java archives by Maven's own client, which knows where they are and checks them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached, cacheFolder } from './cache.js';
import { run } from './command.js';
import { maven } from './java.js';
import { withLock } from './lock.js';

const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1';

/** The files inside one archive (`group:name:version`) that match `includes`. */
export function mavenFiles(name: string, artifact: string, includes: string): Promise<string> {
  return cached(name, async (folder) => {
    const target = [`-DoutputDirectory=${folder}`, `-Dmdep.unpack.includes=${includes}`];
    await mvn(folder, [`${plugin}:unpack`, `-Dartifact=${artifact}`, ...target]);
  });
}

/** A folder with the archives and all that they need at run time, but for those that end in `:alone`. */
export function mavenLibraries(name: string, artifacts: readonly string[]): Promise<string> {
  return cached(name, async (folder) => {
    await writeFile(join(folder, 'pom.xml'), pom(artifacts));
    const target = [`-DoutputDirectory=${folder}`, '-DincludeScope=runtime'];
    await mvn(folder, [`${plugin}:copy-dependencies`, ...target]);
  });
}

const WITHOUT_OTHERS = '<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>';

function pom(artifacts: readonly string[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version, alone] = artifact.split(':');
    const key = `<groupId>${group}</groupId><artifactId>${name}</artifactId>`;
    return `<dependency>${key}<version>${version}</version>${alone === 'alone' ? WITHOUT_OTHERS : ''}</dependency>`;
  });
  const self = '<groupId>rowtide</groupId><artifactId>servers</artifactId><version>1</version>';
  const model = '<modelVersion>4.0.0</modelVersion>';
  return `<project>${model}${self}<dependencies>${dependencies.join('')}</dependencies></project>\n`;
}

/**
 * Maven's local repository is not made for two writers, hence the lock. It runs in the folder that it fills, since
 * without a project the plugin leaves its markers in the working directory.
 */
async function mvn(folder: string, args: readonly string[]): Promise<void> {
  const repository = join(cacheFolder, 'maven-repository');
  const client = await maven();
  const options = ['-q', '-B', '--strict-checksums', `-Dmaven.repo.local=${repository}`];
  await withLock(repository, () => run(client, [...options, ...args], { cwd: folder }));
}

/** A real schema registry with the Confluent-compatible API: Apicurio, which keeps what it is told in memory. */
import { join } from 'node:path';
import { java } from './java.js';
import { mavenFiles } from './maven.js';
import { freePort } from './ports.js';
import { ServerProcess } from './process.js';
import { newFolder } from './runs.js';
import { Server } from './server.js';

const version = '3.3.3';

export async function installRegistry(): Promise<string> {
  await installed();
  await java(21);
  return version;
}

export async function startRegistry(): Promise<Registry> {
  const registry = new Registry(newFolder('registry'), await freePort());
  await registry.launch();
  return registry;
}

function installed(): Promise<string> {
  return mavenFiles(`registry-${version}`, `io.apicurio:apicurio-registry-app:${version}:tar.gz:all`, '**');
}

export class Registry extends Server {
  readonly version = version;

  constructor(
    folder: string,
    readonly port: number,
  ) {
    super(folder);
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}/apis/ccompat/v7`;
  }

  async launch(): Promise<void> {
    const command = await java(21);
    const settings = [
      '-Xmx256m',
      `-Djava.io.tmpdir=${this.folder}`,
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      `-Dquarkus.http.port=${this.port}`,
      '-Dquarkus.http.host=127.0.0.1',
      // Its metrics have a port of their own, which would be the same for every one.
      `-Dquarkus.management.port=${await freePort()}`,
      '-Dquarkus.management.host=127.0.0.1',
    ];
    this.process = await ServerProcess.start({
      name: 'schema registry',
      command,
      args: [...settings, '-jar', join(await installed(), 'quarkus-run.jar')],
      cwd: this.folder,
      logFile: this.logFile,
      ready: () => this.answer(),
    });
  }

  private async answer(): Promise<void> {
    const response = await fetch(`${this.address}/subjects`, { signal: AbortSignal.timeout(1000) });
    if (!response.ok) throw new Error(`the registry answers ${response.status}`);
  }
}

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerProcess } from './process.js';

/** A server that a test may stop, kill, freeze and start again; its data stay in its folder until `remove`. */
export abstract class Server {
  protected process: ServerProcess | undefined;

  protected constructor(protected readonly folder: string) {}

  /** Starts it, or starts it again; resolves when it answers. */
  abstract launch(): Promise<void>;

  get logFile(): string {
    return join(this.folder, 'log');
  }

  get pid(): number {
    return this.process?.pid ?? 0;
  }

  /** An orderly end; the data stays, so that `launch` can bring it back. */
  async stop(): Promise<void> {
    await this.process?.end('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.process?.end('SIGKILL');
  }

  /** Same port, same data; stops the server first if it runs. */
  async restart(): Promise<void> {
    await this.stop();
    await this.launch();
  }

  /** Freezes the process: connections stay open and silent. */
  pause(): void {
    this.process?.signal('SIGSTOP');
  }

  resume(): void {
    this.process?.signal('SIGCONT');
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove();
  }
}

import { connect, type Socket } from 'node:net';

/**
 * Follows a feed as ProxySQL does: what it takes from each line, byte by byte, and what it refuses. It keeps ids without
 * dashes, takes those of ST with dashes out, and believes those of I1 and I3 as they come.
 */
export class ProxysqlReader {
  /** Numbers by id. */
  readonly executed = new Map<string, [first: bigint, last: bigint][]>();
  readonly lines: string[] = [];
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  #waiting: { done: () => boolean; resolve: () => void }[] = [];
  #unread = '';
  #id = '';

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.ended = new Promise((resolve) => this.#socket.once('close', () => resolve()));
    this.#socket.on('error', () => undefined).on('data', (chunk) => this.#received(chunk.toString('latin1')));
  }

  has(id: string, number: bigint): boolean {
    const ranges = this.executed.get(id.replaceAll('-', '')) ?? [];
    return ranges.some(([first, last]) => first <= number && number <= last);
  }

  async until(done: () => boolean): Promise<void> {
    if (!done()) await new Promise<void>((resolve) => this.#waiting.push({ done, resolve }));
  }

  close(): void {
    this.#socket.destroy();
  }

  #received(text: string): void {
    this.#unread += text;
    for (let end = this.#unread.indexOf('\n'); end !== -1; end = this.#unread.indexOf('\n')) {
      this.#read(this.#unread.slice(0, end));
      this.#unread = this.#unread.slice(end + 1);
    }
    const [done, waiting] = [this.#waiting.filter((each) => each.done()), this.#waiting.filter((each) => !each.done())];
    this.#waiting = waiting;
    for (const { resolve } of done) resolve();
  }

  #read(line: string): void {
    this.lines.push(line);
    const [kind, rest] = [line.slice(0, 3), line.slice(3)];
    if (kind !== 'ST=' && line.length >= 80) throw new Error(`more than ProxySQL has room for: ${line}`);
    switch (kind) {
      case 'ST=':
        for (const token of rest.split(',').filter(Boolean)) this.#start(token);
        break;
      case 'I1=':
      case 'I3=': {
        const [id = '', what = ''] = rest.split(/:(.*)/);
        this.#id = id;
        this.#add(what, kind === 'I3=');
        break;
      }
      case 'I2=':
      case 'I4=':
        this.#add(rest, kind === 'I4=');
        break;
      default:
        throw new Error(`unknown: ${line}`);
    }
  }

  /** `id:range`, and again; it is no list of ranges behind one id. */
  #start(token: string): void {
    const parts = token.split(':');
    if (parts.length % 2 !== 0) throw new Error(`an id without a range: ${token}`);
    for (let i = 0; i < parts.length; i += 2) {
      this.#id = parts[i]!.replaceAll('-', '');
      this.#add(parts[i + 1]!, true);
    }
  }

  #add(text: string, mayBeRange: boolean): void {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
    if (first === undefined || (!mayBeRange && text.includes('-'))) throw new Error(`no number: ${text}`);
    const ranges = this.executed.get(this.#id) ?? [];
    ranges.push([BigInt(first), BigInt(last!)]);
    this.executed.set(this.#id, ranges);
  }
}

/** One life of a sink, in a process of its own, which kills itself where it is told; says which batch it begins. */
import { writeSync } from 'node:fs';
import { Connection } from '../../../../connectors/kafka/connection.js';
import type { Order } from './kills.js';
import { deliver } from './numbers.js';
import { sinksOf } from './scene.js';

const { pipeline, last, die } = JSON.parse(process.argv[2] ?? '') as Order;
let left = die?.count ?? 0;

function passing(api: string, when: string): void {
  if (die?.api === api && die.when === when && --left === 0) process.kill(process.pid, 'SIGKILL');
}

type Request = (this: Connection, ...asked: Parameters<Connection['request']>) => Promise<unknown>;

const request: Request = Reflect.get(Connection.prototype, 'request');
Connection.prototype.request = async function (api, ...rest) {
  passing(api.name, 'before');
  const answer = request.call(this, api, ...rest);
  // The socket has taken it, or some of it, when the next turn comes.
  setImmediate(() => passing(api.name, 'sent'));
  const response = await answer;
  passing(api.name, 'answered');
  return response as never;
};

await deliver(sinksOf(pipeline), { last, begin: (n) => writeSync(process.stdout.fd, `${n}\n`) });

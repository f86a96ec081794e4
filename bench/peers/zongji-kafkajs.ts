import kafkajs, { type Message } from 'kafkajs';
import { type Measured, Meter } from '../meter.js';
import type { LiveOptions } from '../ours.js';
import { isUpdate, type RowsEvent, startZongji } from './zongji.js';

export interface PipelineOptions extends LiveOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
}

export interface PeerOptions extends PipelineOptions {
  /** How many messages a `send` takes at most; null: the rows of one event. */
  readonly sendMax: number | null;
}

/** How many messages wait at most. */
const WAITING_MAX = 20_000;

/**
 * Rows from zongji, JSON.stringify, kafkajs, one `send` after the other. What one writes in an afternoon sends the rows
 * of each event as they come; kafkajs is quicker with some thousand in one `send`, which has to be found out.
 */
export async function pipelineZongji(options: PeerOptions): Promise<Measured> {
  const { Kafka, Partitioners, logLevel } = kafkajs;
  const kafka = new Kafka({ brokers: [...options.brokers], logLevel: logLevel.ERROR });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const meter = new Meter(options.warmUpRows);
  const waiting: Message[][] = [];
  let count = 0;
  let wake = (): void => undefined;
  const zongji = startZongji(options, (event) => {
    const messages = messagesOf(event);
    if (messages.length === 0) return;
    waiting.push(messages);
    count += messages.length;
    if (count > WAITING_MAX) flow(zongji).pause();
    wake();
  });
  while (meter.rows < options.workload.rows) {
    if (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    const messages = waiting.shift() ?? [];
    while (waiting[0] !== undefined && messages.length + waiting[0].length <= (options.sendMax ?? 0)) {
      messages.push(...(waiting.shift() ?? []));
    }
    await producer.send({ topic: options.topic, messages, acks: -1 });
    meter.add(messages.length, messages.length);
    count -= messages.length;
    if (count < WAITING_MAX / 2) flow(zongji).resume();
  }
  const measured = meter.finish(null);
  zongji.stop();
  await producer.disconnect();
  return measured;
}

function messagesOf(event: RowsEvent): Message[] {
  const op = event.getTypeName();
  return (event.rows ?? []).map((row) => {
    const change = isUpdate(row) ? row : { after: row };
    return { key: JSON.stringify({ id: change.after.id }), value: JSON.stringify({ op, ...change }) };
  });
}

/** zongji has no public way to hold it back; without one it would put the whole log into memory. */
function flow(zongji: unknown): { pause(): void; resume(): void } {
  return (zongji as { connection: { pause(): void; resume(): void } }).connection;
}

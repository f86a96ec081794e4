import kafkajs, { type Message, type Producer } from 'kafkajs';
import { type Measured, Meter } from '../meter.js';
import type { LiveOptions } from '../ours.js';
import { isUpdate, type RowsEvent, startZongji } from './zongji.js';

export interface PipelineOptions extends LiveOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
}

/** How many messages wait at most; kafkajs is quickest with some thousand of them in one `send`. */
const WAITING_MAX = 20_000;
const SEND_MAX = 4_000;

/** What one writes in an afternoon: rows from zongji, JSON.stringify, kafkajs, one `send` after the other. */
export async function pipelineZongji(options: PipelineOptions): Promise<Measured> {
  const { Kafka, Partitioners, logLevel } = kafkajs;
  const kafka = new Kafka({ brokers: [...options.brokers], logLevel: logLevel.ERROR });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const meter = new Meter(options.warmUpRows);
  const waiting: Message[] = [];
  let wake = (): void => undefined;
  const zongji = startZongji(options, (event) => {
    for (const message of messagesOf(event)) waiting.push(message);
    if (waiting.length > WAITING_MAX) flow(zongji).pause();
    wake();
  });
  while (meter.rows < options.workload.rows) {
    if (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    else meter.add(...(await send(producer, options.topic, waiting.splice(0, SEND_MAX))));
    if (waiting.length < WAITING_MAX / 2) flow(zongji).resume();
  }
  const measured = meter.finish(null);
  zongji.stop();
  await producer.disconnect();
  return measured;
}

async function send(producer: Producer, topic: string, messages: Message[]): Promise<[rows: number, images: number]> {
  await producer.send({ topic, messages, acks: -1 });
  return [messages.length, messages.length];
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

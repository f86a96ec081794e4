import * as z from 'zod';
import { sslOption } from '../ssl.js';

const url = z.string().superRefine((text, context) => {
  const parsed = URL.canParse(text) ? new URL(text) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    context.addIssue(`not a registry's URL: ${JSON.stringify(text)}. Write it as http://host:8081, or https://.`);
  else if (parsed.username !== '' || parsed.password !== '')
    context.addIssue('user and password do not belong into the URL, which is printed. Set username and password.');
});

/** Where schemas are kept, for formats that need it. */
export const registryOptions = z.strictObject({
  url: z
    .union([url, z.array(url).min(1)])
    .transform((given) => (typeof given === 'string' ? [given] : given))
    .describe('of a registry with the Confluent API; several: the next one is asked where one does not answer'),
  username: z.string().optional(),
  password: z.string().optional(),
  ssl: sslOption,
  subject: z
    .enum(['topic', 'record', 'topic-record'])
    .default('topic')
    .describe('what schemas are filed under: the topic, the name of the record, or both'),
  register: z.boolean().default(true).describe('false: schemas have to be there already'),
  requestTimeoutMs: z.number().int().min(1).default(10_000),
  deliveryTimeoutMs: z.number().int().min(1).default(60_000).describe('after so long without an answer a write fails'),
});

export type RegistryOptions = z.output<typeof registryOptions>;

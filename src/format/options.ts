import * as z from 'zod';
import { unreachable } from '../core/errors.js';
import { type AvroContext, avroFormat } from './avro/avro.js';
import { canalFormat } from './canal/canal.js';
import { cloudeventsFormat } from './debezium/cloudevents.js';
import { debeziumFormat } from './debezium/debezium.js';
import { debeziumFlatFormat } from './debezium/flat.js';
import { avroOptions, cloudeventsOptions, debeziumFlatOptions, debeziumOptions } from './debezium/options.js';
import type { Format } from './format.js';
import { jsonFormat } from './json.js';
import { maxwellFormat } from './maxwell/maxwell.js';
import { maxwellOptions } from './maxwell/options.js';
import { FORMAT_NAMES, type FormatName } from './names.js';

/** The options of each format. */
const FORMATS = {
  json: z.strictObject({}),
  debezium: debeziumOptions,
  'debezium-flat': debeziumFlatOptions,
  cloudevents: cloudeventsOptions,
  maxwell: maxwellOptions,
  canal: z.strictObject({}),
  avro: avroOptions,
} as const satisfies Record<FormatName, z.ZodType>;

/** A format that was chosen, with its options as its schema made them. */
export type FormatOptions = {
  [Name in FormatName]: { readonly name: Name; readonly options: z.output<(typeof FORMATS)[Name]> };
}[FormatName];

/** `registry`: of sinks that have one; the format `avro` writes its binary encoding only with one, else lines. */
export function formatOf(chosen: FormatOptions, { registry }: Pick<AvroContext, 'registry'> = {}): Format {
  switch (chosen.name) {
    case 'json':
      return jsonFormat;
    case 'debezium':
      return debeziumFormat(chosen.options);
    case 'debezium-flat':
      return debeziumFlatFormat(chosen.options);
    case 'cloudevents':
      return cloudeventsFormat(chosen.options);
    case 'maxwell':
      return maxwellFormat(chosen.options);
    case 'canal':
      return canalFormat();
    case 'avro':
      return avroFormat(chosen.options, { registry });
    default:
      return unreachable(chosen);
  }
}

/** A format's name, or an object with one member: its name, and its options as the value. */
export const formatOptions = z
  .unknown()
  .transform((given, context): FormatOptions => {
    const [name, options, isBare] = named(given);
    if (!isFormatName(name)) {
      context.addIssue(
        `${name === null ? 'a format is a name, or a name with options beneath' : `there is no format ${name}`}; there are ${FORMAT_NAMES.join(', ')}`,
      );
      return z.NEVER;
    }
    const parsed = FORMATS[name].safeParse(options ?? {});
    if (parsed.success) return { name, options: parsed.data } as FormatOptions;
    for (const { path, ...issue } of parsed.error.issues) {
      const place = isBare ? path : [name, ...path];
      context.issues.push({ ...issue, path: place, input: given } as z.core.$ZodRawIssue);
    }
    return z.NEVER;
  })
  .describe(`how changes are written: ${FORMAT_NAMES.join(', ')}, or { name: options }`);

function named(given: unknown): [name: string | null, options: unknown, isBare: boolean] {
  if (typeof given === 'string') return [given, {}, true];
  const members = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  const [member] = members;
  return member === undefined || members.length > 1 ? [null, {}, true] : [...member, false];
}

function isFormatName(name: string | null): name is FormatName {
  return name !== null && Object.hasOwn(FORMATS, name);
}

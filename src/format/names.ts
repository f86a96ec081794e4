/** The formats that options.ts makes; by themselves, for whoever only lists them. */
export const FORMAT_NAMES = ['json', 'debezium', 'debezium-flat', 'cloudevents', 'maxwell', 'canal', 'avro'] as const;

export type FormatName = (typeof FORMAT_NAMES)[number];

/** What a schema is registered for. */
export interface SchemaSubject {
  readonly topic: string;
  readonly part: 'key' | 'value';
  /** Full name of the record that the schema describes. */
  readonly record: string;
}

/** Where readers find schemas by the number that stands in front of each record. */
export interface SchemaRegistry {
  /** The number of a schema, registered if it is new. Throws SCHEMA_INCOMPATIBLE where the registry's rules forbid it. */
  id(of: SchemaSubject, schema: string, signal: AbortSignal): Promise<number>;
}

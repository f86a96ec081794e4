import type { SchemaSubject } from 'rowtide';
import type { RegistryOptions } from './options.js';

/** The names that Confluent's TopicNameStrategy, RecordNameStrategy and TopicRecordNameStrategy give. */
export function subjectOf({ topic, part, record }: SchemaSubject, strategy: RegistryOptions['subject']): string {
  switch (strategy) {
    case 'topic':
      return `${topic}-${part}`;
    case 'record':
      return record;
    case 'topic-record':
      return `${topic}-${record}`;
  }
}

import { FactWriter, type ViewFormat } from '../../../src/inspect/views/fact-writer.js';
import type { View, ViewedEvent } from '../../../src/inspect/views/view.js';
import { eventsIn, fixture } from '../../fixtures/files.js';

/** What a view of a fixture writes. */
export async function viewOf(name: string, format: ViewFormat, view: (writer: FactWriter) => View): Promise<string> {
  return viewed(await viewedEvents(name), format, view);
}

export async function viewedEvents(name: string): Promise<ViewedEvent[]> {
  const events = await eventsIn(fixture(`${name}.binlog`));
  return events.map((each) => ({ ...each, file: 'binlog.000001' }));
}

export function viewed(events: readonly ViewedEvent[], format: ViewFormat, view: (writer: FactWriter) => View): string {
  let text = '';
  const made = view(new FactWriter(format, { text: (more) => (text += more) }));
  for (const event of events) made.event(event);
  made.end();
  return text;
}

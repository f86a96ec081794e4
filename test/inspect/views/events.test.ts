/** Against what each server's own SHOW BINLOG EVENTS said when the fixture was recorded. */
import { describe, expect, it } from 'vitest';
import { EventsView } from '../../../src/inspect/views/events.js';
import { load } from '../../fixtures/files.js';
import { WORKLOADS } from '../../fixtures/workloads.js';
import { viewOf } from './viewing.js';

interface Fact {
  readonly position: number;
  readonly type: string;
  readonly serverId: number;
  readonly end: number;
  readonly info: string;
}

const recorded = WORKLOADS.filter(({ encrypted }) => encrypted !== true);

describe.each(recorded)('$name', (workload) => {
  it('is shown as its server showed it', async () => {
    const { events: shown } = await load(workload);
    const facts = JSON.parse(await viewOf(workload.name, 'json', (writer) => new EventsView(writer))) as Fact[];
    const told = facts.map(({ position, type, serverId, end, info }) =>
      [position, type, serverId, end, info].join(' '),
    );
    expect(told).toEqual(
      shown.map(([, position, type, serverId, end, info]) =>
        [position, type, serverId, end, Buffer.from(info, 'latin1').toString()].join(' '),
      ),
    );
  });
});

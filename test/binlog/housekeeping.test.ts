/** Statements that servers log for themselves do not stop the stream, and nobody gets to see them. */
import { expect, it } from 'vitest';
import * as type from '../../src/binlog/types.js';
import { fixture } from '../fixtures/files.js';
import { eventOf, eventsOf, failure, fileOf, told } from './recording.js';

const events = eventsOf(fixture('statements-9.7.binlog'));
const [format, previousGtids] = events;
const [gtid, begin, heartbeat, xid, stop] = events.slice(-5);

/** QUERY without a schema and status variables. */
const query = (sql: string): Buffer =>
  eventOf(type.QUERY_EVENT, Buffer.concat([Buffer.alloc(13), Buffer.from(`\0${sql}`)]));
const dummy = query('# Dummy event replacing event type 162 that slave cannot handle.');

it('passes over a heartbeat of Amazon RDS, and counts its transaction', async () => {
  expect(heartbeat!.toString()).toContain('INSERT INTO mysql.rds_heartbeat2');
  const path = fileOf([format!, previousGtids!, gtid!, begin!, heartbeat!, xid!, stop!]);
  expect(await told([path])).toEqual(['transaction']);
});

it('passes over comments, wherever they stand', async () => {
  const created = query('create table t (a int)');
  const path = fileOf([format!, previousGtids!, dummy, gtid!, begin!, dummy, heartbeat!, xid!, dummy, gtid!, created]);
  expect(await told([path])).toEqual(['transaction', 'transaction', '  create table t (a int)']);
});

it('stops at the same statement about any other table', async () => {
  const other = query('INSERT INTO shop.heartbeat2(id, value) values (1,1483041015005)');
  const path = fileOf([format!, previousGtids!, gtid!, begin!, other, xid!, stop!]);
  expect(await failure([path])).toMatchObject({ code: 'STATEMENT_LOGGED' });
});

it.each([100, 101])('passes over what Amazon Aurora writes as event type %d, marked as ignorable', async (code) => {
  const aurora = eventOf(code, Buffer.from('padding'), type.FLAG_IGNORABLE);
  const path = fileOf([format!, previousGtids!, aurora, gtid!, begin!, aurora, heartbeat!, xid!, stop!]);
  expect(await told([path])).toEqual(['transaction']);
});

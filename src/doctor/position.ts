import { isSince } from '../mysql/doctor.js';
import { bytesMaxOf, expireSecondsOf } from '../mysql/log-retention.js';
import { type Check, error, type Facts, ok, warning } from './finding.js';
import { setting, size, span } from './syntax.js';

const DAY = 86_400;
/** A reader that is down over a weekend must find what it missed. */
const RETENTION_SECONDS_WANTED = 7 * DAY;
const RETENTION_SECONDS_MIN = DAY;

const gtidMode: Check = {
  name: 'gtid_mode',
  check(facts) {
    if (facts.flavour === 'mariadb') return null;
    const mode = facts.variables.get('gtid_mode') ?? 'OFF';
    if (mode === 'ON') return ok('ON: a checkpoint fits every server with the same transactions');
    const steps = ['OFF', 'OFF_PERMISSIVE', 'ON_PERMISSIVE', 'ON'];
    const consistent = [['enforce_gtid_consistency', 'ON']] as const;
    const modes = steps.slice(steps.indexOf(mode) + 1).map((step) => ['gtid_mode', step] as const);
    return warning(`${mode}: a checkpoint is a file and an offset, and fits this server only`, {
      ...setting(facts, ...consistent, ...modes),
      note: 'Do each step on all servers of the topology before the next one.',
    });
  },
};

const gtidConsistency: Check = {
  name: 'enforce_gtid_consistency',
  check(facts) {
    if (facts.flavour === 'mariadb') return null;
    const value = facts.variables.get('enforce_gtid_consistency') ?? 'OFF';
    if (value === 'ON') return ok('ON');
    const message = `${value}: statements that GTIDs cannot name are not refused`;
    return warning(message, setting(facts, ['enforce_gtid_consistency', 'ON']));
  },
};

const gtidStrictMode: Check = {
  name: 'gtid_strict_mode',
  check(facts) {
    const value = facts.variables.get('gtid_strict_mode');
    if (value === undefined) return null;
    if (value === 'ON') return ok('ON: sequence numbers of a domain only grow');
    const message = `${value}: sequence numbers of a domain may go back, and then a position does not say what came before it`;
    return warning(message, setting(facts, ['gtid_strict_mode', 'ON']));
  },
};

const retention: Check = {
  name: 'retention',
  check(facts) {
    const seconds = expireSecondsOf(facts.variables);
    if (seconds === null) return ok('the log is kept until somebody purges it');
    const ageSeconds = facts.reader.checkpoint?.ageSeconds ?? 0;
    const kept = `the log is kept for ${span(seconds)}`;
    const fix = keeping(facts, Math.max(RETENTION_SECONDS_WANTED, Math.ceil((4 * ageSeconds) / DAY) * DAY));
    if (ageSeconds >= seconds) return error(`${kept}, and the checkpoint is ${span(ageSeconds)} old`, fix);
    if (2 * ageSeconds >= seconds)
      return warning(`${kept}, and the checkpoint is ${span(ageSeconds)} old already`, fix);
    if (seconds < RETENTION_SECONDS_MIN) return warning(`${kept}: a reader that is down for longer loses changes`, fix);
    return ok(kept);
  },
};

/** As Redis sizes its backlog: for half as much again as the rate so far would take. */
const RATE_MARGIN = 1.5;

/** How long a reader may be away, by what the server logs in a second. */
const backlog: Check = {
  name: 'backlog',
  check(facts) {
    const { bytesPerSecond, measuredSeconds, loggedBytes } = facts.backlog ?? NO_BACKLOG;
    if (bytesPerSecond === null) return facts.backlog == null ? null : ok(`too little was logged to tell a rate`);
    const rate = `${size(bytesPerSecond * 3600)} an hour over the last ${span(measuredSeconds)}, ${size(loggedBytes)} in all`;
    const seconds = expireSecondsOf(facts.variables);
    const bytesMax = bytesMaxOf(facts.variables);
    const bounds = [seconds, bytesMax === null ? null : bytesMax / bytesPerSecond / RATE_MARGIN];
    const outage = Math.min(...bounds.filter((each) => each !== null));
    if (outage === Number.POSITIVE_INFINITY) return ok(`${rate}; readers survive any outage while the disk has room`);
    const needed = Math.min(outage * bytesPerSecond * RATE_MARGIN, bytesMax ?? Number.POSITIVE_INFINITY);
    const message = `${rate}; readers survive an outage of ${span(Math.floor(outage))}, for which the disk needs ${size(needed)}`;
    if (outage >= RETENTION_SECONDS_MIN) return ok(message);
    const wanted = RETENTION_SECONDS_MIN * bytesPerSecond * RATE_MARGIN;
    return warning(message, { note: `A day takes ${size(wanted)}: keep the log for longer, or copy it with a relay.` });
  },
};

const NO_BACKLOG = { bytesPerSecond: null, measuredSeconds: 0, loggedBytes: 0 };

function keeping(facts: Facts, seconds: number): ReturnType<typeof setting> {
  const { variables } = facts;
  if (!variables.has('binlog_expire_logs_seconds')) return setting(facts, ['expire_logs_days', seconds / DAY]);
  const wanted = ['binlog_expire_logs_seconds', seconds] as const;
  // MySQL 8.0 refuses the one while the other is set.
  const isBoth = facts.flavour === 'mysql' && Number(variables.get('expire_logs_days') ?? 0) > 0;
  return isBoth ? setting(facts, ['expire_logs_days', 0], wanted) : setting(facts, wanted);
}

const checkpoint: Check = {
  name: 'checkpoint',
  check({ reader }) {
    if (reader.checkpoint === null) return null;
    const { ageSeconds, refusal } = reader.checkpoint;
    if (refusal !== null) return error(refusal.message, { note: refusal.hint });
    return ok(`saved ${span(ageSeconds)} ago; everything behind it is still there`);
  },
};

const serverId: Check = {
  name: 'server_id',
  check(facts) {
    const own = Number(facts.variables.get('server_id'));
    if (own === 0) {
      return error('0: the server takes no readers', {
        ...setting(facts, ['server_id', 1]),
        note: 'No two servers of a topology may share it.',
      });
    }
    const { serverId: wanted } = facts.reader;
    if (wanted === null) return ok(`${own}; the reader takes one at random`);
    const note = 'Give serverId another number, or leave it away.';
    if (wanted === own) return error(`${wanted} is the server's own`, { note });
    if (facts.replicaIds?.includes(wanted)) return error(`${wanted} is taken by another reader`, { note });
    if (facts.replicaIds !== null) return ok(`${wanted} is free`);
    const privilege = isSince(facts, 'mariadb', [10, 5, 2]) ? 'REPLICATION MASTER ADMIN' : 'REPLICATION SLAVE';
    return warning(`whether ${wanted} is free cannot be seen`, {
      sql: [`GRANT ${privilege} ON *.* TO ${facts.account}`],
    });
  },
};

const timeZone: Check = {
  name: 'time_zone',
  check(facts) {
    const global = facts.variables.get('time_zone') ?? 'SYSTEM';
    const zone = global === 'SYSTEM' ? (facts.variables.get('system_time_zone') ?? '') : global;
    const named = facts.hasNamedTimeZones ? '' : '; no named zones are loaded, and none are needed';
    if (UTC.test(zone)) return ok(`${zone}${named}`);
    return warning(
      `${zone}: TIMESTAMP comes in UTC, but a DATETIME that the server's clock filled in is in that zone${named}`,
      setting(facts, ['time_zone', "'+00:00'"]),
    );
  },
};

const UTC = /^(UTC|GMT|UCT|Zulu|Etc\/\w+|[+-]00:00)$/i;

export const POSITION_CHECKS: readonly Check[] = [
  gtidMode,
  gtidConsistency,
  gtidStrictMode,
  retention,
  backlog,
  checkpoint,
  serverId,
  timeZone,
];

/** In place of src/mysql/session: tells where a transaction is on its way into a replica, and breaks the way where wanted. */
import { setImmediate } from 'node:timers/promises';
import { rowsFirst } from '../torture/rows-first.js';
import { broken, enter, isFatal, losesAnswer } from '../torture/stage.js';
import { Session } from './session.original.js';
import { SqlError } from './session-error.js';

export * from './session.original.js';

const BEGINNING = 80;
const OPENING = /GET_LOCK\('rowtide:|\.checkpoint \(stream/;
const SAVING = /^UPDATE `rowtide`\.checkpoint SET checkpoint/;
const DATA = /^(INSERT|UPDATE|DELETE|BINLOG)\b/;
const COMMIT = /^(COMMIT$|XA (PREPARE|COMMIT|ROLLBACK) )/i;
const DDL = /^(ALTER|CREATE|DROP) TABLE/i;

const { run } = Session.prototype;

Session.prototype.run = async function tell(statements) {
  const send = (some) => run.call(this, some);
  const texts = statements.map((each) => each.slice(0, BEGINNING).toString());
  if (texts.some((text) => OPENING.test(text))) enter('opening');
  else if (broken === 'rows-first') return rowsFirst(send, { statements, isSaving: SAVING.test(texts[0]) });
  else if (texts.length === 1 && SAVING.test(texts[0])) enter('checkpoint');
  else if (texts.some((text) => DATA.test(text))) enter('data');
  const ddl = texts.findIndex((text) => DDL.test(text));
  const commit = texts.findIndex((text) => COMMIT.test(text));
  if (ddl >= 0) return end(send, { statements, at: ddl, stages: ['ddl', 'ddl-sent', 'ddl-answered'] });
  if (commit >= 0) return end(send, { statements, at: commit, stages: ['commit', 'sent', 'answered'] });
  return send(statements);
};

/**
 * What commits, at `at`, with what travels along. Who dies in front of it has sent what is before it; and who dies behind
 * a statement about tables, nothing of what follows, which may be what says that it was done.
 */
async function end(send, { statements, at, stages: [before, sent, answered] }) {
  if (isFatal(before) && at > 0) await send(statements.slice(0, at));
  enter(before);
  const isCut = before === 'ddl' && (isFatal(sent) || isFatal(answered));
  const answers = send(isCut ? statements.slice(0, at + 1) : statements);
  if (isFatal(sent)) {
    answers.catch(() => undefined);
    // The driver has written it by then.
    await setImmediate();
  }
  enter(sent);
  const results = await answers;
  enter(answered);
  if (losesAnswer()) throw lost();
  return results;
}

/** As a connection that ends before the answer. */
function lost() {
  const facts = { code: 'SINK_UNREACHABLE', message: 'the answer was lost on purpose', errno: 0, statement: 0 };
  return new SqlError(facts, { retryable: true });
}

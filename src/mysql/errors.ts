import { RowtideError } from '../core/errors.js';
import { placeOf, type ServerAddress } from './url.js';

/** What mysql2, Node and the server put into their errors. */
interface DriverError extends Error {
  readonly code?: string;
  readonly errno?: number;
  readonly cause?: unknown;
}

const DENIED = new Set([
  'ER_ACCESS_DENIED_ERROR',
  'ER_ACCESS_DENIED_NO_PASSWORD_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_TABLEACCESS_DENIED_ERROR',
  'ER_SPECIFIC_ACCESS_DENIED_ERROR',
  'ER_HOST_NOT_PRIVILEGED',
  'ER_ACCOUNT_HAS_BEEN_LOCKED',
  'ER_MUST_CHANGE_PASSWORD',
  'ER_MUST_CHANGE_PASSWORD_LOGIN',
  'ER_NOT_SUPPORTED_AUTH_MODE',
  'AUTH_SWITCH_PLUGIN_ERROR',
  'MYSQL_CLEAR_PASSWORD_NOT_ENABLED',
  'EACCES',
]);

const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
  'ER_QUERY_INTERRUPTED',
  'ER_CLIENT_INTERACTION_TIMEOUT',
  'ER_NET_READ_ERROR',
  'ER_NET_WRITE_INTERRUPTED',
  'ER_NET_ERROR_ON_WRITE',
]);

const LOGIN_HINT =
  'Check user and password, and that the user may connect from here: SHOW GRANTS FOR the user on the server.';
export const GRANT_HINT = 'Reading the log needs GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO the user.';

/**
 * Says in our terms why a server could not be reached or asked: SOURCE_ACCESS_DENIED, SOURCE_UNREACHABLE (retryable,
 * unless it is about certificates) or SOURCE_SETTINGS. Names place and user, never the password.
 */
export function serverError(error: unknown, address: ServerAddress): RowtideError {
  if (error instanceof RowtideError) return error;
  const { code = '', message } = describe(error);
  const place = placeOf(address);
  if (DENIED.has(code)) {
    return new RowtideError('SOURCE_ACCESS_DENIED', `${place}: ${message} (user ${address.user})`, {
      hint: code === 'ER_SPECIFIC_ACCESS_DENIED_ERROR' ? GRANT_HINT : LOGIN_HINT,
      cause: error,
    });
  }
  if (AWAY.has(code)) {
    return new RowtideError('SOURCE_UNREACHABLE', `${place}: ${message}`, {
      hint: 'Check that the server runs, and that host and port are right and reachable from here.',
      retryable: true,
      cause: error,
    });
  }
  return tlsError({ code, message, place, cause: error }) ?? otherError({ code, message, place, cause: error });
}

interface Facts {
  readonly code: string;
  readonly message: string;
  readonly place: string;
  readonly cause: unknown;
}

function tlsError({ code, message, place, cause }: Facts): RowtideError | null {
  switch (code) {
    case 'HANDSHAKE_NO_SSL_SUPPORT':
      return new RowtideError('SOURCE_SETTINGS', `${place}: the server offers no encryption`, {
        hint: 'Give the server a certificate, or say ssl-mode=disabled to send everything, rows included, as plain text.',
        cause,
      });
    case 'HANDSHAKE_SSL_ERROR':
      return new RowtideError('SOURCE_UNREACHABLE', `${place}: no encrypted connection: ${message}`, {
        hint: 'Check ssl-ca and the name that you connect to against the server’s certificate; ssl-mode says what is checked.',
        cause,
      });
    case 'ER_SECURE_TRANSPORT_REQUIRED':
      return new RowtideError('SOURCE_SETTINGS', `${place}: the server wants an encrypted connection`, {
        hint: 'Use ssl-mode=required, verify-ca or verify-identity.',
        cause,
      });
    default:
      return null;
  }
}

function otherError({ code, message, place, cause }: Facts): RowtideError {
  return new RowtideError('SOURCE_UNREACHABLE', `${place}: ${message}${code === '' ? '' : ` (${code})`}`, { cause });
}

/** A host with several addresses fails with several errors, and then has no message of its own. */
function describe(error: unknown): { code?: string; message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  if (!(error instanceof Error)) return { message: String(error) };
  const { code } = error as DriverError;
  return code === undefined ? { message: error.message } : { code, message: error.message };
}

/** True where nobody knows what became of what the server was sent. */
export function isAway(error: unknown): boolean {
  return AWAY.has(describe(error).code ?? '');
}

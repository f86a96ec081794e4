import type { Logger } from 'pino';
import { RowtideError } from '../core/errors.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export const LOG_FORMATS = ['auto', 'json', 'pretty'] as const;

export interface LoggerOptions {
  readonly level: (typeof LOG_LEVELS)[number];
  /** `auto` is pretty on a terminal and JSON elsewhere. */
  readonly format: (typeof LOG_FORMATS)[number];
  readonly colour: boolean;
  /** The last look at every line before it leaves. */
  readonly redact: (text: string) => string;
}

const STDERR = 2;

/** Logs to stderr, synchronously: what is said last before the process ends is what people need most. */
export async function createLogger({ level, format, colour, redact }: LoggerOptions): Promise<Logger> {
  const { destination, pino, stdSerializers } = await import('pino');
  const errorFacts = (error: unknown): unknown =>
    error instanceof RowtideError ? factsOf(error) : error instanceof Error ? stdSerializers.err(error) : error;
  const isPretty = format === 'pretty' || (format === 'auto' && process.stderr.isTTY === true);
  const to = isPretty ? await prettyStream(colour) : destination({ dest: STDERR, sync: true });
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorFacts, error: errorFacts },
      hooks: { streamWrite: redact },
    },
    to,
  );
}

async function prettyStream(colorize: boolean) {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ destination: STDERR, sync: true, colorize, translateTime: 'SYS:HH:MM:ss.l' });
}

/** An error of ours is told by its code, its sentence and its hint; the stack of anything else is what there is to go by. */
function factsOf({ code, message, hint, retryable }: RowtideError): object {
  return { code, message, hint, retryable };
}

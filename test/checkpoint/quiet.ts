import type { Log } from '../../src/core/log.js';

export interface Heard extends Log {
  readonly heard: { level: string; message: string; facts: object }[];
}

/** A log that only remembers. */
export function quietLog(): Heard {
  const heard: Heard['heard'] = [];
  const hear = (level: string) => (facts: object, message: string) => void heard.push({ level, message, facts });
  return { heard, debug: hear('debug'), info: hear('info'), warn: hear('warn'), error: hear('error') };
}

import { readFileSync } from 'node:fs';

/** Of this package. */
export function version(): string {
  // Built, this file is one folder deeper than in the sources.
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const parsed = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        name: string;
        version: string;
      };
      if (parsed.name === 'rowtide') return parsed.version;
    } catch {
      // The other one.
    }
  }
  return 'unknown';
}

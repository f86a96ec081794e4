import { chmodSync, chownSync } from 'node:fs';
import { dirname } from 'node:path';

const NOBODY = 65_534;
const isRoot = process.geteuid?.() === 0;

/** Runs as somebody whom permissions of files stop, also where the tests run as root. `folder` is his own. */
export async function unprivileged(folder: string, run: () => Promise<void>): Promise<void> {
  if (!isRoot) return run();
  chownSync(folder, NOBODY, NOBODY);
  // The folders of a test are its user's alone.
  chmodSync(dirname(folder), 0o755);
  process.seteuid!(NOBODY);
  try {
    await run();
  } finally {
    process.seteuid!(0);
  }
}

import { appendFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { RowtideError } from '../../core/errors.js';
import type { LoadFiles } from '../../inspect/text/options.js';

/** As many as mysqlbinlog tries. */
const NAMES_MAX = 1000;

/** Files of logged LOAD DATA statements, in a folder: `SQL_LOAD_MB-<file id>-<number>`, both in hex. */
export function loadFilesIn(folder: string = process.env.TMPDIR ?? tmpdir()): LoadFiles {
  return {
    create(fileId, block) {
      for (let attempt = 0; attempt < NAMES_MAX; attempt++) {
        // Not joined: a path that was given as ./ stays so in the output.
        const path = `${folder}${folder === '' || folder.endsWith('/') ? '' : '/'}SQL_LOAD_MB-${fileId.toString(16)}-${attempt.toString(16)}`;
        if (written(path, () => writeFileSync(path, block, { flag: 'wx' }))) return path;
      }
      throw new RowtideError('IO', `${folder} has too many files SQL_LOAD_MB-${fileId.toString(16)}-…`, {
        hint: 'Remove those that are not needed, or give another folder with --local-load.',
      });
    },
    append(path, block) {
      written(path, () => appendFileSync(path, block));
    },
  };
}

/** False: there is such a file. */
function written(path: string, write: () => void): boolean {
  try {
    write();
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new RowtideError('IO', `cannot write ${path}: ${(cause as Error).message}`, {
      hint: 'Give another folder with --local-load.',
      cause,
    });
  }
}

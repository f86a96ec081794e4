/** In place of src/checkpoint/files: tells the stages of a checkpoint's way to the disk. */

import { enter } from '../torture/stage.js';
import { systemFiles as files } from './files.original.js';

export * from './files.original.js';

export const systemFiles = {
  ...files,
  async open(path, ...how) {
    const file = await files.open(path, ...how);
    if (path.endsWith('.checkpoint.json.tmp')) enter('saving');
    return file;
  },
  async rename(from, to) {
    await files.rename(from, to);
    if (to.endsWith('.checkpoint.json.prev')) enter('set-aside');
    if (to.endsWith('.checkpoint.json')) enter('renamed');
  },
};

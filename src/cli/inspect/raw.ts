import { Archive } from '../../relay/archive.js';
import { nextFileName } from '../../source/file-names.js';
import type { RemoteOptions, RemoteReader } from './remote.js';

/**
 * Keeps the files that are read, each as `prefix` and its name, as `mysqlbinlog --raw` does. Where they are there
 * already they are gone on with: those in front of the last one are whole, and the last one ends in a whole event or
 * is cut back to one.
 */
export function archivingReader({ toLastLog }: RemoteOptions, prefix: string): RemoteReader {
  const archive = new Archive(prefix);
  return {
    async begin(from) {
      const latest = toLastLog ? archive.latest(from.file, nextFileName) : from.file;
      return archive.resume(latest === from.file ? from : { file: latest, offset: 4 });
    },
    async take(events) {
      await archive.write(events);
      return false;
    },
    end: () => archive.close(),
  };
}

import { Archive } from '../../relay/archive.js';
import { nextFileName } from '../../source/file-names.js';
import { type RemoteOptions, type RemoteReader, readRemote } from './remote.js';
import { type RemoteReading, warningLog } from './remote-events.js';
import { FIRST_OFFSET } from './sources.js';

/** Reads the server's files into files of ours, as `mysqlbinlog --raw` does. */
export async function archiveLog(server: RemoteOptions, prefix: string, reading: RemoteReading): Promise<void> {
  const { signal, warn } = reading;
  await readRemote(server, archivingReader(server, prefix), { signal, log: warningLog(warn) });
}

/**
 * Keeps each file under its name behind a prefix. Files that are there already are gone on with: those in front of the
 * last one are whole, and the last one ends with a whole event or is cut back to one.
 */
function archivingReader({ toLastLog }: RemoteOptions, prefix: string): RemoteReader {
  const archive = new Archive(prefix);
  return {
    async begin(from) {
      const latest = toLastLog ? archive.latest(from.file, nextFileName) : from.file;
      return archive.resume(latest === from.file ? from : { file: latest, offset: FIRST_OFFSET });
    },
    async take(events) {
      await archive.write(events);
      return false;
    },
    end: () => archive.close(),
  };
}

import { basename } from 'node:path';
import { parsePoint } from '../../config/point.js';
import { RowtideError } from '../../core/errors.js';
import { formatGtid } from '../../core/gtid.js';
import { timeText } from '../../format/time.js';
import { visible, visibleJson } from '../../format/visible.js';
import { type FilesOfLog, findPlace, type Place, type Target } from '../../inspect/search/place.js';
import { filePlaces } from '../../source/file-places.js';
import type { InspectOptions } from './options.js';

export interface FoundPlace {
  readonly place: Place;
  /** The file that it is in, and that one and all behind it. */
  readonly file: string;
  readonly rest: readonly string[];
}

/** Where --at lies in these files. */
export async function findInFiles(paths: readonly string[], at: string): Promise<FoundPlace> {
  if (paths.includes('-')) {
    throw new RowtideError('USAGE', '--at is not for standard input', {
      hint: 'Save it to a file, and look into that.',
    });
  }
  const place = await findAt(filePlaces(paths), at, `the log from ${paths[0]} on`);
  return { place, file: paths[place.index]!, rest: paths.slice(place.index) };
}

/** Throws PLACE_NOT_FOUND, whose message names the log as `where` does. */
export async function findAt(files: FilesOfLog, at: string, where: string): Promise<Place> {
  const place = await findPlace(files, targetOf(at));
  if (place !== null && place !== 'purged') return place;
  const why = place === 'purged' ? 'was logged before' : 'is not in';
  throw new RowtideError('PLACE_NOT_FOUND', `${at} ${why} ${where}`, {
    hint: 'Give all files of the log, or the log of a server that has it.',
  });
}

function targetOf(at: string): Target {
  const point = parsePoint(at);
  switch (point.kind) {
    case 'time':
      return point;
    case 'gtid':
      return { kind: 'gtids', gtids: point.executed };
    case 'mariadb-gtid':
      return { kind: 'mariadb-gtids', gtids: [...point.executed] };
    default:
      throw new RowtideError('USAGE', `--at ${JSON.stringify(at)} is neither a time nor a GTID`, {
        hint: 'Give a time (2026-11-20 10:15:00, with Z or +01:00 for a zone) or a GTID.',
      });
  }
}

/** True where nothing but the place is asked for. */
export function asksOnlyForPlace(options: InspectOptions): boolean {
  const { view, verbose, hexdump, shortForm, printTableMetadata, base64Output, resultFile, flashback } = options;
  const asksForText = [verbose > 0, hexdump, shortForm, printTableMetadata, base64Output !== 'auto', flashback];
  const asksForRows = [view, resultFile, options.table, options.where, options.changed, options.gtid];
  return !asksForText.includes(true) && asksForRows.every((each) => each === undefined);
}

/** `binlog.000042:1234  2026-11-20T10:15:00+00:00  0-1-7`, or the same as JSON. */
export function placeText(
  path: string,
  { offset, gtid, committedAtUs }: Place,
  format: InspectOptions['format'],
): string {
  const name = gtid === null ? null : formatGtid(gtid);
  if (format === 'text') return `${visible(path)}:${offset}  ${timeText(committedAtUs)}  ${name ?? '-'}\n`;
  const fact = { file: basename(path), path, position: offset, gtid: name, ts: committedAtUs };
  return `${visibleJson(JSON.stringify(fact))}\n`;
}

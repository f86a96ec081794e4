/** Abbreviation of the local time zone at a time, in seconds since the epoch. */
export function zoneName(seconds: number): string {
  const parts = FORMAT.formatToParts(seconds * 1000);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
}

const FORMAT = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' });

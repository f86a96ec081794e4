/** Microseconds since the epoch as local time with its zone, a form that `--from` and `--until` read back. */
export function timeText(timeUs: number): string {
  const time = new Date(Math.floor(timeUs / 1000));
  const offset = -time.getTimezoneOffset();
  const local = new Date(time.getTime() + offset * 60_000).toISOString().slice(0, 19);
  const micros = timeUs % 1_000_000;
  const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0')}`;
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
  return `${local}${fraction}${zone}`;
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}

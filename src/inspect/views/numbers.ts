const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `512 B`, `4.0 KiB`, `1.5 GiB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${Math.round(bytes)} B`;
  const unit = Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length);
  const value = bytes / 1024 ** unit;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${UNITS[unit - 1]}`;
}

/** `1,234,567` */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** `12.5 %` */
export function shareText(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

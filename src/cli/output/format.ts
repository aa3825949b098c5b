const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * A span of time as people say it: two units at most, the larger first.
 *
 * @param ms  Milliseconds; a negative or non-finite span shows as `-`.
 */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return '-';
  // Thresholds stand half a step below the unit, so that nothing rounds up to "60 s" or "1000 ms".
  if (ms < SECOND - 0.5) return `${Math.round(ms)} ms`;
  if (ms < 9950) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < MINUTE - 500) return `${Math.round(ms / SECOND)} s`;
  const seconds = Math.round(ms / SECOND);
  if (seconds < HOUR / SECOND) return two(Math.floor(seconds / 60), 'min', [seconds % 60, 's']);
  const minutes = Math.round(ms / MINUTE);
  if (minutes < DAY / MINUTE) return two(Math.floor(minutes / 60), 'h', [minutes % 60, 'min']);
  const hours = Math.round(ms / HOUR);
  return two(Math.floor(hours / 24), 'd', [hours % 24, 'h']);
}

function two(large: number, unit: string, [small, smallUnit]: readonly [number, string]): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;
}

/** A whole number with its thousands apart, the same in every locale. */
export function formatCount(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Bytes in powers of 1,000, three digits at most before the unit. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[unit]}`;
}

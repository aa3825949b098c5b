const DATETIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(\.\d{1,9})?)?\s?(Z|z|[+-]\d{2}(?::?\d{2})?)?)?$/;
const MINUTE_MS = 60_000;

/**
 * A moment in one of the spellings Qdrant reads: RFC 3339, without an offset (UTC then), without seconds, or a date.
 *
 * @returns Milliseconds since 1970, with fractions; undefined when the text is no moment.
 */
export function parseDatetime(text: string): number | undefined {
  const parts = DATETIME.exec(text);
  if (parts === null) return undefined;
  const [, date = '', time = '00:00', seconds = '00', fraction = '', offset = 'Z'] = parts;
  const wall = Date.parse(`${date}T${time}:${seconds}Z`);
  // `Date` turns the 30th of February into a day of March; it was none.
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(date)) return undefined;
  return wall + Number(`0${fraction}`) * 1000 - offsetMinutes(offset) * MINUTE_MS;
}

function offsetMinutes(offset: string): number {
  if (offset === 'Z' || offset === 'z') return 0;
  const [hours = 0, minutes = 0] = (offset.slice(1).replace(':', '').match(/\d{2}/g) ?? []).map(Number);
  return (offset.startsWith('-') ? -1 : 1) * (60 * hours + minutes);
}

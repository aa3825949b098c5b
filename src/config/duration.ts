const UNIT_HOURS = { s: 1 / 3600, m: 1 / 60, h: 1, d: 24 } as const;

/** A number and its unit: seconds, minutes, hours or days, as in `90s`, `30m`, `2h`, `1.5d`. */
export const DURATION = /^(\d+(?:\.\d+)?)\s?([smhd])$/;

/**
 * @param text  A duration as {@link DURATION} spells it.
 * @returns     Hours, ≥ 0.
 * @throws {RangeError} for any other spelling.
 */
export function durationHours(text: string): number {
  const match = DURATION.exec(text);
  if (!match) throw new RangeError(`Not a duration: ${JSON.stringify(text)}`);
  return Number(match[1]) * UNIT_HOURS[match[2] as keyof typeof UNIT_HOURS];
}

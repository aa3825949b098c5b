const MINUS = '\u2212';

/** A share or a metric as people read it in a column: three decimals, no leading zero, a true minus. */
export function figure(value: number): string {
  const digits = Math.abs(value).toFixed(3).replace(/^0/, '');
  return value < 0 && digits !== '.000' ? `${MINUS}${digits}` : digits;
}

/** A difference: {@link figure} with its sign, none where it rounds to nothing. */
export function signedFigure(value: number): string {
  const text = figure(value);
  return value > 0 && text !== '.000' ? `+${text}` : text;
}

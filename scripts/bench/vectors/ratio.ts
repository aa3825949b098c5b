import { loadavg } from 'node:os';

import Table from 'cli-table3';

/** One line of the table: what was measured, against what, and how far it may go. */
export interface Ratio {
  readonly what: string;
  readonly measured: string;
  readonly against: string;
  readonly value: number;
  readonly bound: { readonly atMost: number } | { readonly atLeast: number };
}

export function printRatios(ratios: readonly Ratio[]): void {
  const table = new Table({ head: ['what', 'measured', 'against', 'value', 'bound', ''] });
  for (const ratio of ratios) {
    const { what, measured, against, value } = ratio;
    table.push([what, measured, against, value.toFixed(2), boundText(ratio), holds(ratio) ? 'yes' : 'NO']);
  }
  console.log(table.toString());
  console.log(JSON.stringify({ load: loadavg(), ratios: ratios.map((one) => ({ ...one, holds: holds(one) })) }));
}

const holds = ({ value, bound }: Ratio): boolean =>
  'atMost' in bound ? value <= bound.atMost : value >= bound.atLeast;

const boundText = ({ bound }: Ratio): string => ('atMost' in bound ? `≤ ${bound.atMost}` : `≥ ${bound.atLeast}`);

/** @param q  In [0, 1]: 0.5 for the median. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}

export const ms = (value: number): string => `${value.toFixed(2)} ms`;

import { figure, signedFigure } from '../../domain/eval/figures.js';
import type { ComparisonReport } from '../../domain/eval/report.js';
import type { Paints } from './paint.js';

const TOO_MUCH = 'too much lost';

/**
 * The difference against the margin, drawn in characters: the span between the two bounds that decide, the
 * line it must stay right of, and no change.
 */
export function drawInterval(
  { primary, runCard }: ComparisonReport,
  columns: number,
  paints: Paints,
): readonly string[] {
  const { lowerBound = null, upperBound = null, delta = null } = primary ?? {};
  if (lowerBound === null || upperBound === null || delta === null) return [];
  const margin = -runCard.policy.margin;
  const scale = scaleOver([margin * 2, lowerBound, upperBound, -margin], columns);
  const places = {
    from: scale(lowerBound),
    to: scale(upperBound),
    at: scale(delta),
    limit: scale(margin),
    zero: scale(0),
  };
  const track = Array.from({ length: columns }, (_, column) => drawColumn(column, places, paints));
  return [
    labels(columns, [
      { text: TOO_MUCH, at: places.limit - TOO_MUCH.length, paint: paints.loss },
      { text: 'no change', at: places.zero, paint: paints.quiet },
    ]),
    track.join('').trimEnd(),
    labels(columns, [
      { text: figure(margin), at: places.limit - 2, paint: paints.loss },
      { text: signedFigure(delta), at: places.at - 2, paint: paints.candidate },
      { text: '0', at: places.zero, paint: paints.quiet },
      { text: signedFigure(lowerBound), at: places.from - 2, paint: paints.quiet },
      { text: signedFigure(upperBound), at: places.to - 2, paint: paints.quiet },
    ]),
  ];
}

interface Places {
  readonly from: number;
  readonly to: number;
  readonly at: number;
  readonly limit: number;
  readonly zero: number;
}

/** The margin is never hidden: whether the line crosses it is the whole question. */
function drawColumn(column: number, { from, to, at, limit, zero }: Places, paints: Paints): string {
  const isInside = column >= from && column <= to;
  if (column === at) return paints.candidate('●');
  if (column === limit) return paints.loss(isInside ? '╋' : '┃');
  if (isInside) return paints.candidate(column === from ? '├' : column === to ? '┤' : column === zero ? '┼' : '─');
  if (column === zero) return '│';
  return column < limit ? paints.loss('░') : ' ';
}

/** From a value to its column, with some air on both ends. */
function scaleOver(values: readonly number[], columns: number): (value: number) => number {
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  const pad = span * 0.08;
  return (value) => Math.round(((value - low + pad) / (span + 2 * pad)) * (columns - 1));
}

interface Label {
  readonly text: string;
  readonly at: number;
  readonly paint: (text: string) => string;
}

/** Put labels on one line, the important first; one that finds its place taken, or no place, is left out. */
function labels(columns: number, wanted: readonly Label[]): string {
  const placed: Label[] = [];
  for (const label of wanted) {
    const at = Math.max(0, Math.min(label.at, columns - label.text.length));
    const isFree = placed.every((other) => at > other.at + other.text.length || at + label.text.length < other.at);
    if (isFree) placed.push({ ...label, at });
  }
  let line = '';
  let column = 0;
  for (const { text, at, paint } of placed.sort((a, b) => a.at - b.at)) {
    line += ' '.repeat(at - column) + paint(text);
    column = at + text.length;
  }
  return line;
}

import Table from 'cli-table3';

const NOTHING = '';
/** Columns set apart by two spaces and nothing else: easy on the eye, and on `awk`. */
const NO_LINES = {
  top: NOTHING,
  'top-mid': NOTHING,
  'top-left': NOTHING,
  'top-right': NOTHING,
  bottom: NOTHING,
  'bottom-mid': NOTHING,
  'bottom-left': NOTHING,
  'bottom-right': NOTHING,
  left: NOTHING,
  'left-mid': NOTHING,
  mid: NOTHING,
  'mid-mid': NOTHING,
  right: NOTHING,
  'right-mid': NOTHING,
  middle: '  ',
};

const NUMBER = /^[-+]?(?:[\d,]*\.?\d+(?: ?%)?|-)$/;

/**
 * A table without lines; a column of numbers is aligned to the right.
 *
 * @param rows  Cells by column; missing ones stay empty.
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumeric = (column: number) => rows.length > 0 && rows.every((row) => NUMBER.test(row[column] ?? '-'));
  const drawn = new Table({
    head: [...head],
    colAligns: head.map((_, column) => (isNumeric(column) ? 'right' : 'left')),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  drawn.push(...rows.map((row) => head.map((_, column) => row[column] ?? '')));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

import Table from 'cli-table3';

const NOTHING = '';
const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'mid', 'left', 'right']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .map((name) => [name, NOTHING]),
);

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Columns of the terminal; as wide as its widest cell when absent. */
  readonly width?: number;
}

/** Rows under quiet headings, columns two spaces apart. Cells may be painted, and hold wide characters. */
export function grid(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  quiet: (text: string) => string,
) {
  const drawn = new Table({
    head: columns.some(({ title }) => title !== '') ? columns.map(({ title }) => quiet(title)) : [],
    colAligns: columns.map(({ align }) => align),
    colWidths: columns.map(({ width }) => width ?? null),
    chars: { ...NO_LINES, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  drawn.push(...rows.map((row) => [...row]));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

/** Break running text at spaces into lines of at most `width` characters. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** The first line behind a mark, further ones under its text. */
export function bullet(mark: string, text: string, width: number): readonly string[] {
  return wrap(text, width - mark.length - 1).map((line, index) =>
    index === 0 ? `${mark} ${line}` : `${' '.repeat(mark.length)} ${line}`,
  );
}

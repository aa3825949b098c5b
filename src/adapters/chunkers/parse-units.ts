import type { Span } from '../../domain/chunk/span.js';

/** A stretch of Markdown that is parsed by itself. */
export interface ParseUnit extends Span {
  /** Too long to be parsed: no blank line outside a code fence was found in time. */
  readonly opaque: boolean;
  /** Whether it begins with a code fence. */
  readonly fenced: boolean;
}

/** Parsing blocks the event loop: about 10 ms for this much. */
const ENOUGH_UNITS = 8_192;
const TOO_MANY_UNITS = 32_768;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/**
 * Cut Markdown at blank lines outside of code fences, before lines that are not indented, once a unit is long enough.
 * There a new block begins, whatever stands before it; only a loose list may become two.
 */
export function parseUnits(source: string): readonly ParseUnit[] {
  const units: ParseUnit[] = [];
  let start = 0;
  let fence: string | undefined;
  let afterBlank = false;
  for (const line of lines(source)) {
    const length = line.start - start;
    const begins = afterBlank && fence === undefined && !/^\s/.test(source.charAt(line.start));
    if (begins && length >= ENOUGH_UNITS) {
      units.push(toUnit(source, start, line.start));
      start = line.start;
    }
    // A regular expression over a line of 20 MB costs more than its beginning tells.
    const text = source.slice(line.start, Math.min(line.end, line.start + 256));
    afterBlank = text.trim() === '';
    fence = nextFence(fence, text);
  }
  if (start < source.length) units.push(toUnit(source, start, source.length));
  return units;
}

function toUnit(source: string, start: number, end: number): ParseUnit {
  return { start, end, opaque: end - start > TOO_MANY_UNITS, fenced: FENCE.test(source.slice(start, start + 256)) };
}

function nextFence(open: string | undefined, line: string): string | undefined {
  const mark = FENCE.exec(line)?.[1];
  if (mark === undefined) return open;
  if (open === undefined) return mark;
  const closes = mark.startsWith(open) && line.trim() === mark;
  return closes ? undefined : open;
}

function* lines(source: string): Generator<Span> {
  let start = 0;
  while (start < source.length) {
    const feed = source.indexOf('\n', start);
    const end = feed === -1 ? source.length : feed + 1;
    yield { start, end };
    start = end;
  }
}

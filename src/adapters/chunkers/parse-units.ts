import type { Span } from '../../domain/chunk/span.js';

/** A stretch of Markdown that is parsed by itself. */
export interface ParseUnit extends Span {
  /** Not to be parsed: a plain paragraph, or too long, because no place to cut it was found in time. */
  readonly opaque: boolean;
  /** Whether it begins with a code fence. */
  readonly fenced: boolean;
}

/** Parsing blocks the event loop: about 5 ms for this much, three times as long for deep lists. */
const ENOUGH_UNITS = 2_048;
const TOO_MANY_UNITS = 16_384;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
/** Begins a block inside of whatever paragraph, list or table stands before it. */
const HEADING = /^#{1,6}[ \t]/;
const BEGINS_WITH_LETTER = /^\s*\p{L}/u;
/** HTML that goes on over blank lines, and where it ends. */
const RAW = /^ {0,3}<(?:(pre|script|style|textarea)\b|(!--)|(\?)|(!\[CDATA\[)|(![a-z]))/i;
const RAW_ENDS = [/<\/(?:pre|script|style|textarea)>/i, /-->/, /\?>/, /\]\]>/, />/];

/**
 * Cut Markdown at blank lines outside of code fences, before lines that are not indented, once a unit is long enough,
 * and before headings. There a new block begins, whatever stands before it; only a loose list may become two. A
 * paragraph that shows no markup at the beginning of any line is a unit of its own: it need not be parsed to be known.
 */
export function parseUnits(source: string): readonly ParseUnit[] {
  const units: ParseUnit[] = [];
  let start = 0;
  let state: LineState = {};
  let afterBlank = true;
  let inPlain = false;
  const cut = (at: number, isPlain: boolean) => {
    if (at > start) units.push(toUnit(source, { start, end: at }, inPlain));
    start = at;
    inPlain = isPlain;
  };
  for (const line of lines(source)) {
    // A regular expression over a line of 20 MB costs more than its beginning tells.
    const text = source.slice(line.start, Math.min(line.end, line.start + 256));
    if (isOutside(state) && !/^\s/.test(text)) {
      const isPlain = afterBlank && isPlainParagraph(source, line.start);
      const isLong = line.start - start >= ENOUGH_UNITS;
      if (isPlain || (afterBlank && (inPlain || isLong)) || (isLong && HEADING.test(text))) cut(line.start, isPlain);
    }
    afterBlank = text.trim() === '';
    state = nextState(state, text);
  }
  cut(source.length, false);
  return units;
}

/** What a line stands inside of: a code fence by its mark, or HTML by its end. */
interface LineState {
  readonly fence?: string;
  readonly rawEnd?: RegExp;
}

const isOutside = ({ fence, rawEnd }: LineState): boolean => fence === undefined && rawEnd === undefined;

function nextState({ fence, rawEnd }: LineState, line: string): LineState {
  if (rawEnd) return rawEnd.test(line) ? {} : { rawEnd };
  const begun = fence === undefined ? RAW.exec(line) : null;
  const end = begun && RAW_ENDS[begun.slice(1).findIndex((kind) => kind !== undefined)];
  if (begun && end) return end.test(line.slice(begun[0].length)) ? {} : { rawEnd: end };
  return { fence: nextFence(fence, line) };
}

/** Whether the block of lines that begins here is a paragraph, seen from how its lines begin. */
function isPlainParagraph(source: string, start: number): boolean {
  for (let at = start; at < source.length;) {
    const feed = source.indexOf('\n', at);
    const text = source.slice(at, Math.min(feed === -1 ? source.length : feed, at + 64));
    if (text.trim() === '') return true;
    if (!BEGINS_WITH_LETTER.test(text)) return false;
    at = feed === -1 ? source.length : feed + 1;
  }
  return true;
}

function toUnit(source: string, { start, end }: Span, isPlain: boolean): ParseUnit {
  const isOpaque = isPlain || end - start > TOO_MANY_UNITS;
  return { start, end, opaque: isOpaque, fenced: FENCE.test(source.slice(start, start + 256)) };
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

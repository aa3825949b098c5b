import { graphemeStarts, lastGraphemeStart } from './graphemes.js';
import { continuesGrapheme, isWhiteSpace } from './span.js';
import type { Span } from './span.js';

// Each function cuts a span into spans that stand end to end and cover it, never inside a grapheme.
// The locale is fixed: where a text is cut must not depend on whose machine cuts it.
const SENTENCES = new Intl.Segmenter('en', { granularity: 'sentence' });
/** The segmenter copies its text for each segment: its time grows with the square of what it is given. */
const SENTENCE_UNITS = 4_096;

export function splitSentences(source: string, span: Span): readonly Span[] {
  const spans: Span[] = [];
  let start = span.start;
  for (let units = SENTENCE_UNITS; start < span.end;) {
    const end = Math.min(span.end, start + units);
    const before = start;
    for (const { index } of SENTENCES.segment(source.slice(start, end)))
      if (index > 0) {
        spans.push({ start, end: before + index });
        start = before + index;
      }
    if (end === span.end) break;
    // The last one may go on behind its window, so the next window begins with it.
    units = start === before ? units * 2 : SENTENCE_UNITS;
  }
  spans.push({ start, end: span.end });
  return spans;
}

/** Lines, each with its line feed. */
export function splitLines(source: string, span: Span): readonly Span[] {
  return cutAt(span, startsAfter(source, span, /\n/g));
}

/** Words, each with the white space behind it. */
export function splitWords(source: string, span: Span): readonly Span[] {
  const words: Span[] = [];
  let { start } = span;
  let afterSpace = false;
  for (let at = span.start; at < span.end; at += 1) {
    const isSpace = isWhiteSpace(source.charCodeAt(at));
    if (afterSpace && !isSpace && !continuesGrapheme(source, at)) {
      words.push({ start, end: at });
      start = at;
    }
    afterSpace = isSpace;
  }
  words.push({ start, end: span.end });
  return words;
}

/** Parts of about `units` code units. */
export function splitParts(source: string, span: Span, units: number): readonly Span[] {
  const starts: number[] = [];
  let last = 0;
  for (const at of graphemeStarts(source.slice(span.start, span.end)))
    if (at - last >= units) {
      starts.push(at);
      last = at;
    }
  return cutAt(span, starts);
}

/**
 * Windows of at most `units`, cut after white space in a window's second half if there is any: bounds what later steps
 * look at in one go. Only a grapheme longer than a window makes one longer.
 */
export function* splitWindows(source: string, span: Span, units: number): Generator<Span> {
  let start = span.start;
  while (span.end - start > units) {
    const end = windowEnd(source, start, start + units);
    yield { start, end };
    start = end;
  }
  yield { start, end: span.end };
}

/**
 * Two halves, cut at the sentence, word or grapheme that begins nearest to the middle; a finer one only where no
 * coarser one begins in the middle half.
 *
 * @returns undefined when it is one grapheme
 */
export function halve(source: string, span: Span): readonly [Span, Span] | undefined {
  const margin = (span.end - span.start) / 4;
  const middle = { start: span.start + margin, end: span.end - margin };
  const cut =
    nearestStart(splitSentences(source, span), middle) ??
    nearestStart(splitWords(source, span), middle) ??
    nearestStart(splitParts(source, span, 1), span);
  if (cut === undefined) return undefined;
  return [
    { start: span.start, end: cut },
    { start: cut, end: span.end },
  ];
}

/** The start nearest to the middle of `within`, of those inside of it. */
function nearestStart(parts: readonly Span[], within: Span): number | undefined {
  const middle = (within.start + within.end) / 2;
  const starts = parts.slice(1).map((part) => part.start);
  const inside = starts.filter((at) => at > within.start && at < within.end);
  if (inside.length === 0) return undefined;
  return inside.reduce((best, each) => (Math.abs(each - middle) < Math.abs(best - middle) ? each : best));
}

function windowEnd(source: string, start: number, limit: number): number {
  const window = source.slice(start, limit);
  const space = Math.max(window.lastIndexOf(' '), window.lastIndexOf('\n'));
  const after = start + space + 1;
  if (space > window.length / 2 && after < limit && !continuesGrapheme(source, after)) return after;
  // One code unit more than fits, so that the last start inside is known to be one.
  return start + (lastGraphemeStart(source.slice(start, limit + 1), limit - start) ?? limit - start);
}

function startsAfter(source: string, span: Span, separator: RegExp): readonly number[] {
  const text = source.slice(span.start, span.end);
  return [...text.matchAll(separator)]
    .map((match) => match.index + match[0].length)
    .filter((at) => at < text.length && !continuesGrapheme(text, at));
}

/** @param starts  Offsets from the span's start, ascending; 0 may be among them. */
function cutAt(span: Span, starts: readonly number[]): readonly Span[] {
  const cuts = [0, ...starts.filter((at) => at > 0), span.end - span.start];
  return cuts.slice(1).map((end, index) => ({ start: span.start + (cuts[index] ?? 0), end: span.start + end }));
}

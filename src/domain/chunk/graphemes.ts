// The locale is fixed: where a text is cut must not depend on whose machine cuts it.
const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The segmenter copies its text for each segment: its time grows with the square of what it is given. */
const WINDOW_UNITS = 256;

/** First and last code units of stretches whose characters join nothing: no mark, joiner, jamo, flag or emoji. */
const ALONE: readonly (readonly [number, number])[] = [
  // A line feed joins a carriage return, which is not among them.
  [0x09, 0x0a],
  [0x20, 0x7e],
  [0xc0, 0x24f],
  [0x391, 0x3ce],
  [0x400, 0x482],
  [0x48a, 0x52f],
  [0x2010, 0x2027],
  [0x3001, 0x3029],
  [0x3041, 0x3096],
  [0x30a1, 0x30ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xac00, 0xd7a3],
  [0xff01, 0xff9d],
];

const STANDS_ALONE = new Uint8Array(0x10000);
for (const [first, last] of ALONE) STANDS_ALONE.fill(1, first, last + 1);

/**
 * Where graphemes begin in a text, ascending, 0 first.
 *
 * @param from  Where to start, itself such a place.
 */
export function* graphemeStarts(text: string, from = 0): Generator<number> {
  let at = from;
  while (at < text.length) {
    if (standsAlone(text, at) && (at + 1 === text.length || standsAlone(text, at + 1))) {
      yield at;
      at += 1;
    } else at = yield* joined(text, at);
  }
}

/** The last place at or before `limit`, and after 0, where a grapheme begins; undefined when there is none. */
export function lastGraphemeStart(text: string, limit: number): number | undefined {
  const reach = Math.max(0, limit - WINDOW_UNITS);
  let known = limit;
  while (known > reach && !(standsAlone(text, known - 1) && standsAlone(text, known))) known -= 1;
  let last: number | undefined;
  for (const at of graphemeStarts(text, known > reach ? known : 0)) {
    if (at > limit) break;
    if (at > 0) last = at;
  }
  return last;
}

/** @returns where the first grapheme begins that these windows cannot tell the end of */
function* joined(text: string, from: number): Generator<number, number> {
  let at = from;
  for (let units = WINDOW_UNITS; ;) {
    const end = characterEnd(text, Math.min(text.length, at + units));
    const isLast = end === text.length;
    let next = at;
    for (const { index } of GRAPHEMES.segment(text.slice(at, end))) {
      // The last one of a window may go on behind it, so the next window begins with it.
      if (index > 0) yield next;
      next = at + index;
      if (index > 0 && standsAlone(text, next) && standsAlone(text, next + 1)) return next;
    }
    if (isLast) {
      yield next;
      return end;
    }
    units = next === at ? units * 2 : WINDOW_UNITS;
    at = next;
  }
}

/** Not between the halves of a surrogate pair: half of a mark is none. */
function characterEnd(text: string, end: number): number {
  const before = text.charCodeAt(end - 1);
  return before >= 0xd800 && before <= 0xdbff && end < text.length ? end + 1 : end;
}

function standsAlone(text: string, at: number): boolean {
  return STANDS_ALONE[text.charCodeAt(at)] === 1;
}

import { countAll } from './count-tokens.js';
import type { CutTools } from './count-tokens.js';
import { countedText, MAX_UNITS_PER_TOKEN } from './fit-pieces.js';
import type { Packed } from './pack-pieces.js';
import type { Span } from './span.js';
import { splitWords } from './split-text.js';

/** How far back is looked first: most words' tokens are longer than that. */
const USUAL_UNITS_PER_TOKEN = 8;

/** A chunk to be; `start` lies before `own` when it repeats the end of the chunk before it. */
export interface Draft extends Span {
  /** Where what no other chunk holds begins. */
  readonly own: number;
}

/**
 * Let each chunk that overlaps begin with the last words before it, as many as have at most `overlap` tokens.
 *
 * @param from  Where the section begins: nothing before it is repeated.
 */
export async function withOverlap(
  source: string,
  packed: readonly Packed[],
  how: { readonly from: number; readonly overlap: number; readonly blank: number; readonly tools: CutTools },
): Promise<readonly Draft[]> {
  const drafts: Draft[] = packed.map(({ start, end }) => ({ start, own: start, end }));
  let open = packed.flatMap(({ overlaps }, index) => (overlaps ? [index] : []));
  for (const unitsPerToken of [USUAL_UNITS_PER_TOKEN, MAX_UNITS_PER_TOKEN]) {
    const tails = open.map((index) => tailOf(source, packed[index]?.start ?? 0, { ...how, unitsPerToken }));
    const counts = await countAll(
      how.tools,
      tails.flatMap(({ words }) => words.map((word) => countedText(source, word))),
    );
    let at = 0;
    open = open.filter((index, place) => {
      const { words = [], isAll = true } = tails[place] ?? {};
      const tokens = counts.slice(at, at + words.length).map((count) => Math.max(1, count - how.blank));
      at += words.length;
      // Words that all fit may not be all that fit.
      if (!isAll && tokens.reduce((sum, each) => sum + each, 0) <= how.overlap) return true;
      const { own = 0, end = 0 } = drafts[index] ?? {};
      drafts[index] = { start: tailStart(words, tokens, how.overlap) ?? own, own, end };
      return false;
    });
    await how.tools.breathe();
  }
  return drafts;
}

interface Tail {
  readonly words: readonly Span[];
  /** Whether no further word before them would count. */
  readonly isAll: boolean;
}

function tailOf(
  source: string,
  end: number,
  how: { readonly from: number; readonly overlap: number; readonly unitsPerToken: number },
): Tail {
  const reach = Math.max(how.from, end - how.overlap * how.unitsPerToken);
  const words = splitWords(source, { start: reach, end });
  // The first may be the end of a longer word, unless it begins where the section does.
  const whole = reach === how.from ? words : words.slice(1);
  const isAll = reach === how.from || how.unitsPerToken === MAX_UNITS_PER_TOKEN || whole.length >= how.overlap;
  return { words: whole.slice(-how.overlap), isAll };
}

function tailStart(words: readonly Span[], tokens: readonly number[], overlap: number): number | undefined {
  let sum = 0;
  let start: number | undefined;
  for (let index = words.length - 1; index >= 0; index -= 1) {
    sum += tokens[index] ?? 0;
    if (sum > overlap) break;
    start = words[index]?.start;
  }
  return start;
}

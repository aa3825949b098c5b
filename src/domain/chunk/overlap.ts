import { countAll } from './count-tokens.js';
import type { CutTools } from './count-tokens.js';
import { countedText, MAX_UNITS_PER_TOKEN } from './fit-pieces.js';
import type { Packed } from './pack-pieces.js';
import type { Span } from './span.js';
import { splitWords } from './split-text.js';

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
  const tails = packed.map(({ start, overlaps }) => (overlaps ? tailWords(source, start, how) : []));
  const texts = tails.flatMap((words) => words.map((word) => countedText(source, word)));
  const counts = await countAll(how.tools, texts);
  let at = 0;
  return packed.map(({ start, end }, index) => {
    const words = tails[index] ?? [];
    const tokens = counts.slice(at, at + words.length).map((count) => Math.max(1, count - how.blank));
    at += words.length;
    return { start: tailStart(words, tokens, how.overlap) ?? start, own: start, end };
  });
}

function tailWords(
  source: string,
  end: number,
  { from, overlap }: { readonly from: number; readonly overlap: number },
): readonly Span[] {
  const reach = Math.max(from, end - overlap * MAX_UNITS_PER_TOKEN);
  const words = splitWords(source, { start: reach, end });
  // The first may be the end of a longer word, unless it begins where the section does.
  const whole = reach === from ? words : words.slice(1);
  return whole.slice(-overlap);
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

import type { Chunk } from '../chunk/chunk.js';
import type { ChunkerProbe, ProbeVectors } from './identity.js';

/** Least cosine at which an encoder counts as unchanged: equality is not portable between CPUs. */
export const PROBE_COSINE = 0.999;

/** What every new version asks its encoder: prose, digits, code, and scripts a tokenizer may treat apart. */
export const PROBE_TEXTS: readonly string[] = [
  'The quick brown fox jumps over the lazy dog.',
  'Invoice 2024-117: 1,250.00 CHF, due within 30 days.',
  'const total = items.reduce((sum, item) => sum + item.price, 0);',
  'Zürich öffnet früh; où est la bibliothèque ? 東京は日本の首都です。',
];

const PARAGRAPH = PROBE_TEXTS.join(' ');

/** What every new version asks its chunker: headings, paragraphs over and under a window, a list, a fence, a table. */
export const PROBE_DOCUMENT = [
  '# Moving an index',
  PARAGRAPH,
  '## Before the flip',
  [PARAGRAPH, PARAGRAPH, PARAGRAPH, PARAGRAPH].join(' '),
  '- first item\n- second item, which is a little longer\n- third item 😀',
  '```ts\nexport const answer = 42;\nexport const question = undefined;\n```',
  '## After the flip',
  '| Step | Takes |\n| --- | --- |\n| freeze | 1 s |\n| flip | 1 s |',
  Array.from({ length: 12 }, () => PARAGRAPH).join('\n\n'),
].join('\n\n');

/**
 * Whether an encoder still gives the vectors it once gave for the same texts.
 *
 * @param now  Vectors of `before.texts`, in order.
 */
export function agreesWithProbes(before: ProbeVectors, now: readonly ArrayLike<number>[]): boolean {
  if (before.vectors.length !== now.length) return false;
  return before.vectors.every((vector, index) => cosine(vector, now[index] ?? []) >= PROBE_COSINE);
}

/** Where a chunker cut its probe text: start and end of every chunk, in order. */
export function spansOf(chunks: readonly Chunk[]): readonly number[] {
  return chunks.flatMap(({ start, end }) => [start, end]);
}

/** Whether a chunker still cuts its probe text where it once did. */
export function agreesWithSpans(before: ChunkerProbe, now: readonly number[]): boolean {
  return before.spans.length === now.length && before.spans.every((offset, index) => offset === now[index]);
}

/** @returns cosine in [-1, 1]; NaN when a vector has no direction or their lengths differ */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.NaN;
  let dot = 0;
  let normA = 0;
  let normB = 0;
  for (let index = 0; index < a.length; index += 1) {
    const left = a[index] ?? 0;
    const right = b[index] ?? 0;
    dot += left * right;
    normA += left * left;
    normB += right * right;
  }
  return dot / Math.sqrt(normA * normB);
}

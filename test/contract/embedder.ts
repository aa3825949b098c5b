import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Embedder } from '../../src/ports/embedder.js';

/** Words that every embedder under test knows. */
export const KNOWN = ['alpha', 'beta', 'gamma', 'delta', 'wind', 'wave', 'stone', 'river'] as const;

const TEXTS = ['alpha beta', 'gamma', 'delta wind wave stone river alpha beta', 'wave', 'alpha beta gamma delta'];

const norm = (vector: Float32Array) => Math.hypot(...vector);
const cosine = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, component, at) => sum + component * (b[at] ?? NaN), 0) / (norm(a) * norm(b));

/** What every embedder promises. `refusesBlank`: whether a blank text is its own fault or has a vector. */
export function describeEmbedder(
  name: string,
  open: () => Promise<Embedder>,
  traits: { readonly refusesBlank: boolean; readonly prefixed?: boolean },
): void {
  describe(`embedder ${name}`, () => {
    let embedder: Embedder;
    beforeAll(async () => {
      embedder = await open();
    });
    afterAll(() => embedder.close());

    test('gives one finite, non-zero vector of the described length per text, in order', async () => {
      const { dimensions } = await embedder.describe();
      const vectors = await embedder.embedDocuments(TEXTS);
      expect(vectors).toHaveLength(TEXTS.length);
      for (const vector of vectors) {
        expect(vector).toHaveLength(dimensions);
        expect(norm(vector)).toBeGreaterThan(0);
        expect(Number.isFinite(norm(vector))).toBe(true);
      }
      for (const [index, text] of TEXTS.entries()) {
        const [alone] = await embedder.embedDocuments([text]);
        expect(cosine(alone ?? new Float32Array(), vectors[index] ?? new Float32Array())).toBeGreaterThan(0.999);
      }
    });

    test('gives the same text the same vector, as a document and (without prefixes) as a query', async () => {
      const [one = new Float32Array(), two = new Float32Array()] = await embedder.embedDocuments(['stone', 'stone']);
      expect(cosine(one, two)).toBeGreaterThan(0.9999);
      if (!traits.prefixed) expect(cosine(one, await embedder.embedQuery('stone'))).toBeGreaterThan(0.9999);
    });

    test('embeds nothing for no texts, and counts nothing', async () => {
      expect(await embedder.embedDocuments([])).toEqual([]);
      expect(await embedder.countTokens([])).toEqual([]);
    });

    test('counts more tokens for more words, alike for alike', async () => {
      const [one = 0, two = 0, again = 0] = await embedder.countTokens(['alpha', 'alpha beta gamma', 'alpha']);
      expect(two).toBeGreaterThan(one);
      expect(again).toBe(one);
    });

    test('describes itself completely, and the same way each time', async () => {
      const identity = await embedder.describe();
      expect(await embedder.describe()).toEqual(identity);
      expect(identity.model).not.toBe('');
      expect(identity.revision).not.toBe('');
      expect(identity.dimensions).toBeGreaterThan(0);
      expect(embedder.identity).not.toBe('');
      expect(embedder.batchTexts).toBeGreaterThan(0);
    });

    test(traits.refusesBlank ? 'refuses blank texts by their indexes' : 'has a vector for a blank text', async () => {
      const attempt = embedder.embedDocuments(['alpha', '', 'beta', ' \n']);
      if (traits.refusesBlank)
        await expect(attempt).rejects.toMatchObject({
          code: 'EMBED_INPUT_REFUSED',
          retryable: false,
          facts: { indexes: [1, 3] },
        });
      else expect(await attempt).toHaveLength(4);
    });

    test('does not begin what was cancelled', async () => {
      const signal = AbortSignal.abort(new Error('stopped by its caller'));
      await expect(embedder.embedDocuments(TEXTS, { signal })).rejects.toThrow('stopped by its caller');
    });
  });
}

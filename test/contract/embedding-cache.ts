import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha, type RegistryHarness } from './registry-harness.js';

/** What every embedding cache promises. */
export function describeEmbeddingCache(name: string, open: () => Promise<RegistryHarness>): void {
  describe(`EmbeddingCache: ${name}`, () => {
    let ports: RegistryHarness;
    beforeAll(async () => {
      ports = await open();
    });
    afterAll(() => ports.close());

    test('vectors come back bit for bit, and unknown keys are absent', async () => {
      const vectors = [new Float32Array([0.1, -0, 1e-40, 3.4e38]), new Float32Array([1])];
      await ports.cache.put(vectors.map((vector, n) => ({ key: sha(`bits ${n}`), vector })));

      const found = await ports.cache.get([sha('bits 0'), sha('bits 1'), sha('unknown')]);
      expect(found.size).toBe(2);
      expect([...(found.get(sha('bits 0')) ?? [])].map((value) => Object.is(value, -0))).toEqual([
        false,
        true,
        false,
        false,
      ]);
      expect(found.get(sha('bits 0'))).toEqual(vectors[0]);
      expect(found.get(sha('bits 1'))).toEqual(vectors[1]);
    });

    test('a vector that is a view into a larger block is stored as itself', async () => {
      const block = Float32Array.from({ length: 12 }, (_, n) => n);
      await ports.cache.put([{ key: sha('view'), vector: block.subarray(4, 8) }]);
      block.fill(99);

      expect((await ports.cache.get([sha('view')])).get(sha('view'))).toEqual(new Float32Array([4, 5, 6, 7]));
    });

    test('what is cached stays: a second put of the same key changes nothing', async () => {
      await ports.cache.put([{ key: sha('same'), vector: new Float32Array([1, 2]) }]);
      await ports.cache.put([{ key: sha('same'), vector: new Float32Array([3, 4]) }]);

      expect((await ports.cache.get([sha('same')])).get(sha('same'))).toEqual(new Float32Array([1, 2]));
    });

    test('more keys than fit one statement are stored and found, by several writers at once', async () => {
      const before = await ports.cache.stats();
      const entries = Array.from({ length: 2_500 }, (_, n) => ({
        key: sha(`many ${n}`),
        vector: new Float32Array([n, -n]),
      }));
      await Promise.all([ports.cache.put(entries), ports.cache.put([...entries].reverse())]);

      const found = await ports.cache.get(entries.map(({ key }) => key));
      expect(found.size).toBe(2_500);
      expect(found.get(sha('many 2499'))).toEqual(new Float32Array([2_499, -2_499]));
      expect(await ports.cache.stats()).toEqual({ entries: before.entries + 2_500, bytes: before.bytes + 2_500 * 8 });
    });
  });
}

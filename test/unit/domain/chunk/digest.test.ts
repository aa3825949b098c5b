import { describe, expect, test } from 'vitest';
import { chunkDigest, extendChunkDigest, NO_POINTS, payloadHash } from '../../../../src/domain/chunk/digest.js';
import { numberPoints } from '../../../../src/domain/chunk/point-id.js';
import { docId, type ChunkId } from '../../../../src/domain/ids.js';

const [a, b] = ['one', 'two'].map(numberPoints(docId('d'))) as [ChunkId, ChunkId];
const one = payloadHash({ text: 'one' });
const two = payloadHash({ text: 'two' });

describe('chunkDigest()', () => {
  test('does not depend on the order points come in, since a scroll gives them by id', () => {
    const forward = chunkDigest([{ id: a, hash: one }, { id: b, hash: two }]); // prettier-ignore
    expect(chunkDigest([{ id: b, hash: two }, { id: a, hash: one }])).toBe(forward); // prettier-ignore
    const [first, second] = a < b ? [[a, one], [b, two]] : [[b, two], [a, one]]; // prettier-ignore
    const chain = extendChunkDigest(NO_POINTS, first[0] as ChunkId, first[1] as string);
    expect(extendChunkDigest(chain, second[0] as ChunkId, second[1] as string)).toBe(forward);
  });

  test('changes when a point is missing, extra, or has another payload', () => {
    const digests = [
      chunkDigest([]),
      chunkDigest([{ id: a, hash: one }]),
      chunkDigest([{ id: b, hash: one }]),
      chunkDigest([{ id: a, hash: two }]),
      chunkDigest([{ id: a, hash: one }, { id: b, hash: one }]), // prettier-ignore
    ];
    expect(new Set(digests).size).toBe(digests.length);
    expect(digests[0]).toBe('');
  });
});

test('payloadHash() does not depend on the order of keys, which a store may change', () => {
  expect(payloadHash({ x: 1, y: [2] })).toBe(payloadHash({ y: [2], x: 1 }));
});

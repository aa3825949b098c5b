import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numberPoints, pointId } from '../../../../src/domain/chunk/point-id.js';
import { docId, type DocId } from '../../../../src/domain/ids.js';

const doc = docId('guide.md');
const pointIds = (of: DocId, texts: readonly string[]) => texts.map(numberPoints(of));

describe('numberPoints()', () => {
  test('leaves the ids of other passages alone when one is inserted on top', () => {
    const before = pointIds(doc, ['one', 'two', 'three']);
    const after = pointIds(doc, ['new', 'one', 'two', 'three']);
    expect(after.slice(1)).toEqual(before);
  });

  test('tells equal passages of a document apart by their occurrence', () => {
    const ids = pointIds(doc, ['same', 'same', 'same']);
    expect(new Set(ids).size).toBe(3);
    expect(pointIds(doc, ['same', 'other', 'same'])[2]).toBe(ids[1]);
  });

  test('never gives one id to two different lists of fields', () => {
    const field = fc.string({ unit: fc.constantFrom('1', ':', 'a', '2'), maxLength: 6 });
    const triple = fc.tuple(field, field, fc.nat(12));
    fc.assert(
      fc.property(triple, triple, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        expect(pointId(docId(a[0]), a[1], a[2]) === pointId(docId(b[0]), b[1], b[2])).toBe(same);
      }),
      { numRuns: 1_000 },
    );
  });

  test('gives the UUID of version 5 that another implementation gives for the same fields', () => {
    expect(pointIds(doc, ['hello'])).toEqual(['2c6e233c-a176-53d3-a5c3-d82aac377a4f']);
  });
});

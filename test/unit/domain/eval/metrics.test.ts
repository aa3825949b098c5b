import { describe, expect, test } from 'vitest';
import { averagePrecision, averagePrecisionAt } from '../../../../src/domain/eval/average-precision.js';
import { judgedAt } from '../../../../src/domain/eval/judged.js';
import { cutOffOf, metricOf, metricTitle, parseMetricName } from '../../../../src/domain/eval/metric.js';
import { ndcgAt } from '../../../../src/domain/eval/ndcg.js';
import { precisionAt } from '../../../../src/domain/eval/precision.js';
import { recallAt } from '../../../../src/domain/eval/recall.js';
import { reciprocalRank, reciprocalRankAt } from '../../../../src/domain/eval/reciprocal-rank.js';
import { successAt } from '../../../../src/domain/eval/success.js';
import { docId, type DocId } from '../../../../src/domain/ids.js';

const ranking = (text: string): DocId[] => [...text].map(docId);
const grades = (entries: Record<string, number>) =>
  new Map(Object.entries(entries).map(([id, grade]) => [docId(id), grade]));

// a: best, b: good, c: fair, n: judged not relevant, m: somebody's negative label; x, y, z: nobody judged.
const judged = grades({ a: 3, b: 2, c: 1, n: 0, m: -1 });

describe('ndcgAt()', () => {
  test('sums linear gains over log2(rank + 1), divided by the ideal of all judged documents', () => {
    // DCG  = 0/log2 2 + 3/log2 3 + 1/log2 4 = 1.892789 + .5 = 2.392789
    // IDCG = 3/log2 2 + 2/log2 3 + 1/log2 4 = 3 + 1.261860 + .5 = 4.761860
    expect(ndcgAt(3, ranking('xac'), judged)).toBeCloseTo(2.39278926 / 4.76185951, 7);
  });

  test('cuts the ideal at k as well', () => {
    // At 1: gain 2 against an ideal of 3.
    expect(ndcgAt(1, ranking('ba'), judged)).toBeCloseTo(2 / 3, 12);
  });

  test('gains nothing, and loses nothing, from a negative grade', () => {
    expect(ndcgAt(2, ranking('ma'), judged)).toBe(ndcgAt(2, ranking('xa'), judged));
  });

  test('is 1 for the ideal order and 0 for an unanswered query', () => {
    expect(ndcgAt(10, ranking('abc'), judged)).toBe(1);
    expect(ndcgAt(10, [], judged)).toBe(0);
  });
});

describe('metrics of found documents', () => {
  test('recallAt() divides by all relevant documents, found or not', () => {
    expect(recallAt(2, ranking('axbc'), judged)).toBeCloseTo(1 / 3, 12);
    expect(recallAt(4, ranking('axbc'), judged)).toBe(1);
  });

  test('precisionAt() divides by k even when fewer documents came back', () => {
    expect(precisionAt(10, ranking('ab'), judged)).toBe(0.2);
  });

  test('reciprocalRank() looks down the whole ranking, reciprocalRankAt() only to k', () => {
    expect(reciprocalRank(ranking('xyznc'), judged)).toBe(0.2);
    expect(reciprocalRankAt(4, ranking('xyznc'), judged)).toBe(0);
    expect(reciprocalRankAt(5, ranking('xyznc'), judged)).toBe(0.2);
  });

  test('averagePrecision() averages the precision at each relevant rank over R', () => {
    // Relevant at ranks 1, 3, 4: (1/1 + 2/3 + 3/4) / 3
    expect(averagePrecision(ranking('axbc'), judged)).toBeCloseTo((1 + 2 / 3 + 3 / 4) / 3, 12);
    // Cut at 3 the third is lost, and R stays 3: (1 + 2/3) / 3
    expect(averagePrecisionAt(3, ranking('axbc'), judged)).toBeCloseTo((1 + 2 / 3) / 3, 12);
  });

  test('successAt() asks only whether anything relevant is there', () => {
    expect(successAt(1, ranking('xa'), judged)).toBe(0);
    expect(successAt(2, ranking('xa'), judged)).toBe(1);
  });

  test('judgedAt() counts any judgement, over the documents returned', () => {
    expect(judgedAt(10, ranking('anxm'), judged)).toBe(0.75);
    expect(judgedAt(2, ranking('anxm'), judged)).toBe(1);
    expect(judgedAt(10, [], judged)).toBeUndefined();
  });
});

describe('a query without a relevant document', () => {
  test.each(['ndcg@10', 'recall@10', 'p@10', 'success@10', 'ap@10', 'rr@10', 'rr', 'ap'] as const)(
    'has no %s, so that it can be flagged',
    (name) => expect(metricOf(name)(ranking('nx'), grades({ n: 0 }))).toBeUndefined(),
  );
});

describe('metric names', () => {
  test.each(['ndcg@10', 'recall@50', 'p@1', 'success@5', 'ap@100', 'rr@10', 'rr', 'ap'])('%s is known', (name) => {
    expect(parseMetricName(name)).toBe(name);
  });

  test.each(['', 'ndcg', 'recall', 'mrr', 'ndcg@0', 'ndcg@-1', 'ndcg@1.5', 'ndcg@10000', 'NDCG@10', 'constructor@1'])(
    '"%s" is refused with the list of what is known',
    (name) => expect(() => parseMetricName(name)).toThrow(/Unknown metric .*expected ndcg@k, recall@k/),
  );

  test('a name leads to its metric, cut-off and title', () => {
    expect(metricOf('p@4')(ranking('axbc'), judged)).toBe(0.75);
    expect(metricOf('rr')(ranking('xa'), judged)).toBe(0.5);
    expect([cutOffOf('recall@50'), cutOffOf('rr')]).toEqual([50, undefined]);
    expect(['ndcg@10', 'rr', 'p@5', 'empty-rate'].map(metricTitle)).toEqual(['nDCG@10', 'RR', 'P@5', 'empty rate']);
  });

  test.each([0, -1, 1.5, NaN])('a cut-off of %s is out of range', (k) => {
    expect(() => ndcgAt(k, [], judged)).toThrow(RangeError);
  });
});

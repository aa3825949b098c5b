import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { bootstrapInterval } from '../../../../src/domain/eval/bootstrap.js';
import { cohenDz, countWins, mean } from '../../../../src/domain/eval/differences.js';
import { evaluateRun, idsOf, type Qrels } from '../../../../src/domain/eval/evaluate-run.js';
import { holmAdjust } from '../../../../src/domain/eval/holm.js';
import { judgedAt } from '../../../../src/domain/eval/judged.js';
import { jaccardAt, overlapAt } from '../../../../src/domain/eval/overlap.js';
import { oneSidedBounds, pairedT } from '../../../../src/domain/eval/paired-t.js';
import { seededRandom } from '../../../../src/domain/eval/random.js';
import { randomisationTest } from '../../../../src/domain/eval/randomisation-test.js';
import { rboExt } from '../../../../src/domain/eval/rbo.js';
import type { Run } from '../../../../src/domain/eval/trec.js';
import type { MetricName } from '../../../../src/domain/gate/policy.js';
import type { DocId } from '../../../../src/domain/ids.js';
import { parseTrecEval, parseTrecRun, parseTsvQrels, printfFour } from '../../../support/trec-files.js';

/**
 * Two real runs over Cranfield with 525 tied neighbours in one top ten, what trec_eval 10.0-rc3 (`-q -c`) says of
 * every query, and SciPy 1.17.1 of their differences. The collection states no licence, so it lies beside the
 * repository and not in it; the other tests of this folder stand on numbers of our own.
 */
const folder = join(
  resolve(process.env['CUTOVER_SHARED'] ?? join(import.meta.dirname, '../../../../../shared')),
  'data/cranfield',
);
const isThere = existsSync(join(folder, 'oracle/compare.json'));
if (!isThere) {
  process.stderr.write(`\nSKIPPED: the trec_eval and SciPy oracle is not at ${folder}; set CUTOVER_SHARED\n\n`);
}
const read = (path: string) => readFileSync(join(folder, path), 'utf8');

const METRICS: Readonly<Record<string, MetricName>> = {
  map: 'ap',
  recip_rank: 'rr',
  P_5: 'p@5',
  P_10: 'p@10',
  recall_10: 'recall@10',
  recall_100: 'recall@100',
  ndcg_cut_5: 'ndcg@5',
  ndcg_cut_10: 'ndcg@10',
  map_cut_10: 'ap@10',
  success_1: 'success@1',
  success_5: 'success@5',
  success_10: 'success@10',
};

interface Oracle {
  readonly metrics: Readonly<
    Record<
      'ndcg_cut_10' | 'recip_rank' | 'recall_10',
      {
        readonly mean_v1: number;
        readonly mean_v2: number;
        readonly mean_diff: number;
        readonly sd_diff: number;
        readonly t: number;
        readonly p_ttest_two_sided: number;
        readonly p_ttest_one_sided_v2_better: number;
        readonly p_randomisation_two_sided_B100000: number;
        readonly bootstrap_percentile_ci95: readonly [number, number];
        readonly t_ci95: readonly [number, number];
        readonly wins: number;
        readonly ties: number;
        readonly losses: number;
        readonly cohens_dz: number;
      }
    >
  >;
  readonly holm_adjusted_p_ttest: Readonly<Record<string, number>>;
  readonly label_free: Readonly<Record<string, number>>;
}

describe.skipIf(!isThere)('on the Cranfield runs', () => {
  let qrels: Qrels;
  let runs: Readonly<Record<'v1' | 'v2', Run>>;
  let oracle: Oracle;

  beforeAll(() => {
    qrels = parseTsvQrels(read('qrels.tsv'));
    runs = { v1: parseTrecRun(read('oracle/v1.run')), v2: parseTrecRun(read('oracle/v2.run')) };
    oracle = JSON.parse(read('oracle/compare.json')) as Oracle;
  });

  const differencesOf = (name: MetricName) => {
    const live = evaluateRun(name, runs.v1, qrels);
    return evaluateRun(name, runs.v2, qrels).map((value, index) => value - (live[index] ?? NaN));
  };

  describe.each(['v1', 'v2'] as const)('%s', (side) => {
    test.each(Object.entries(METRICS))(
      '%s of all 225 queries and their mean are those of trec_eval',
      (theirs, ours) => {
        const expected = parseTrecEval(read(`oracle/${side}.trec_eval.txt`));
        const values = evaluateRun(ours, runs[side], qrels);
        const queries = [...qrels.keys()];
        expect(queries).toHaveLength(225);
        const found = queries.map((query, index) => [query, printfFour(values[index] ?? NaN)]);
        expect(found).toEqual(queries.map((query) => [query, expected.get(query)?.get(theirs)]));
        expect(printfFour(mean(values))).toBe(expected.get('all')?.get(theirs));
      },
    );

    test('no metric of the file but the ones we do not offer is left out', () => {
      const known = new Set(
        parseTrecEval(read(`oracle/${side}.trec_eval.txt`))
          .get('1')
          ?.keys(),
      );
      for (const name of Object.keys(METRICS)) known.delete(name);
      expect([...known].sort()).toEqual(['Rprec', 'bpref', 'num_rel', 'num_rel_ret', 'num_ret', 'unj_10', 'unj_5']);
    });

    test.each([5, 10])('judged@%i is what trec_eval leaves unjudged, turned round', (k) => {
      const expected = parseTrecEval(read(`oracle/${side}.trec_eval.txt`));
      for (const [query, grades] of qrels) {
        const judged = judgedAt(k, idsOf(runs[side], query), grades) ?? NaN;
        expect(printfFour(1 - judged), query).toBe(expected.get(query)?.get(`unj_${k}`));
      }
    });
  });

  describe.each([
    ['ndcg_cut_10', 'ndcg@10'],
    ['recip_rank', 'rr'],
    ['recall_10', 'recall@10'],
  ] as const)('the difference in %s', (theirs, ours) => {
    test('has the means, deviation, t and p of SciPy to 9 digits', () => {
      const expected = oracle.metrics[theirs];
      const differences = differencesOf(ours);
      const test = pairedT(differences);
      expect(mean(evaluateRun(ours, runs.v1, qrels))).toBeCloseTo(expected.mean_v1, 9);
      expect(mean(evaluateRun(ours, runs.v2, qrels))).toBeCloseTo(expected.mean_v2, 9);
      expect(test.mean).toBeCloseTo(expected.mean_diff, 9);
      expect(test.sd).toBeCloseTo(expected.sd_diff, 9);
      expect(test.t).toBeCloseTo(expected.t, 9);
      expect(test.pTwoSided).toBeCloseTo(expected.p_ttest_two_sided, 9);
      expect(test.pGreater).toBeCloseTo(expected.p_ttest_one_sided_v2_better, 9);
      expect(cohenDz(differences)).toBeCloseTo(expected.cohens_dz, 9);
    });

    test('has the t interval of SciPy: two one-sided bounds at half the level', () => {
      const bounds = oneSidedBounds(pairedT(differencesOf(ours)), 0.025);
      expect(bounds.lower).toBeCloseTo(oracle.metrics[theirs].t_ci95[0], 9);
      expect(bounds.upper).toBeCloseTo(oracle.metrics[theirs].t_ci95[1], 9);
    });

    test('has the same wins, ties and losses', () => {
      const { wins, ties, losses } = oracle.metrics[theirs];
      expect(countWins(differencesOf(ours))).toEqual({ wins, ties, losses });
    });

    test('has the drawn p within .005 and the drawn interval within .003', () => {
      const expected = oracle.metrics[theirs];
      const differences = differencesOf(ours);
      const p = randomisationTest(differences, 100_000, seededRandom(1));
      expect(Math.abs(p - expected.p_randomisation_two_sided_B100000)).toBeLessThan(0.005);
      const interval = bootstrapInterval(differences, { resamples: 20_000, level: 0.95, random: seededRandom(1) });
      const [low, high] = expected.bootstrap_percentile_ci95;
      expect(Math.abs((interval?.low ?? NaN) - low)).toBeLessThan(0.003);
      expect(Math.abs((interval?.high ?? NaN) - high)).toBeLessThan(0.003);
    });
  });

  test('Holm adjusts the three p-values as SciPy’s authors do', () => {
    const names = ['ndcg_cut_10', 'recip_rank', 'recall_10'] as const;
    const adjusted = holmAdjust(names.map((name) => oracle.metrics[name].p_ttest_two_sided));
    names.forEach((name, index) => expect(adjusted[index]).toBeCloseTo(oracle.holm_adjusted_p_ttest[name] ?? NaN, 9));
  });

  test('overlap, Jaccard and RBO agree', () => {
    const over = (measure: (a: readonly DocId[], b: readonly DocId[]) => number) =>
      mean([...qrels.keys()].map((query) => measure(idsOf(runs.v1, query), idsOf(runs.v2, query))));
    const { overlap_at_10, jaccard_at_10 } = oracle.label_free;
    expect(over((a, b) => overlapAt(10, a, b))).toBeCloseTo(overlap_at_10 ?? NaN, 9);
    expect(over((a, b) => jaccardAt(10, a, b))).toBeCloseTo(jaccard_at_10 ?? NaN, 9);
    const rbo = over((a, b) => rboExt(a.slice(0, 10), b.slice(0, 10), 0.9));
    expect(rbo).toBeCloseTo(oracle.label_free['rbo_ext_p0.9_depth10'] ?? NaN, 9);
  });
});

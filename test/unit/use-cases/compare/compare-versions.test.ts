import { describe, expect, test } from 'vitest';
import { evaluateRun } from '../../../../src/domain/eval/evaluate-run.js';
import type { ComparisonReport } from '../../../../src/domain/eval/report.js';
import { LifecycleError } from '../../../../src/domain/errors.js';
import { docId } from '../../../../src/domain/ids.js';
import { canonicalJson } from '../../../../src/domain/version/canonical-json.js';
import { sha256Hex } from '../../../../src/domain/version/sha256.js';
import { compareVersions } from '../../../../src/use-cases/compare/compare-versions.js';
import type { CompareOptions } from '../../../../src/use-cases/compare/compare-request.js';
import { exportRuns } from '../../../../src/use-cases/compare/export-runs.js';
import { parseTrecRun } from '../../../support/trec-files.js';
import { createWorld, goldenSet, portsOf, request, type World } from './compare-world.js';

/** Live shows the right document second, the candidate first. */
const better = (collection: string, n: number) =>
  collection === 'docs_v1'
    ? ([
        ['d100', 0.9],
        [`d${n}`, 0.8],
      ] as const)
    : ([[`d${n}`, 0.9]] as const);
const worse = (collection: string, n: number) => better(collection === 'docs_v1' ? 'docs_v2' : 'docs_v1', n);

const compare = async (world: World, asked: Partial<typeof request> = {}, options: CompareOptions = {}) => {
  const record = await compareVersions(portsOf(world), { ...request, ...asked }, options);
  return { record, report: record.report as unknown as ComparisonReport };
};
const failure = async (world: World, asked: Partial<typeof request> = {}) => {
  const error = await compare(world, asked).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LifecycleError);
  expect(world.records.size).toBe(0);
  return error as LifecycleError;
};

describe('two versions', () => {
  test('a better candidate passes, with figures that can be worked out by hand', async () => {
    const world = createWorld({ answer: better });
    const { record, report } = await compare(world);
    expect(record.verdict).toBe('PASS');
    // nDCG of the one relevant document: 1/log2(3) at rank 2, 1 at rank 1.
    expect(report.primary).toMatchObject({ metric: 'ndcg@10', candidate: 1, pValue: 1 / 501 });
    expect(report.primary?.live).toBeCloseTo(1 / Math.log2(3), 12);
    expect(report.metrics['rr']).toMatchObject({ live: 0.5, candidate: 1, delta: 0.5 });
    expect(report).toMatchObject({ queries: 60, failedQueries: 0, wins: 60, ties: 0, losses: 0 });
    // One document in common of ten ranks, and of two distinct ones.
    expect(report.overlap).toBeCloseTo(0.1, 12);
    expect(report.jaccard).toBeCloseTo(0.5, 12);
    expect(report.latency?.live?.samples).toBe(60);
    expect(report.annRecall).toBeNull();
    expect(report.runCard).toMatchObject({ watermark: 9, goldenSet: world.golden.digest, depth: 100 });
  });

  test('a worse candidate fails, and its worst queries show both rankings', async () => {
    const { report } = await compare(createWorld({ answer: worse }));
    expect(report.verdict).toBe('FAIL');
    expect(report.regressions).toHaveLength(5);
    expect(report.regressions[0]).toMatchObject({
      query: 'q1',
      text: 'query 1',
      live: 1,
      liveTop: [{ docId: 'd1', grade: 1, otherRank: 2 }],
      candidateTop: [
        { docId: 'd100', grade: null, otherRank: null },
        { docId: 'd1', grade: 1, otherRank: 1 },
      ],
    });
  });

  test('the report is sealed under its digest and noted on the version', async () => {
    const world = createWorld({ answer: better });
    const { record } = await compare(world);
    const stored = world.records.get(record.id);
    expect(sha256Hex(canonicalJson(stored?.report))).toBe(record.digest);
    expect(world.notes).toEqual([
      [
        { index: 'docs', number: 2 },
        { comparedWatermark: 9, comparisonId: record.id },
      ],
    ]);
  });

  test('progress counts the answers of both sides', async () => {
    const seen: (readonly [number, number])[] = [];
    await compare(createWorld(), {}, { onProgress: (done, total) => seen.push([done, total]) });
    expect(seen.at(-1)).toEqual([120, 120]);
  });

  test('asked again under the same freeze it returns the sealed report, and no second look is taken', async () => {
    const world = createWorld();
    const first = await compare(world);
    const again = await compare(world);
    expect(again.record.digest).toBe(first.record.digest);
    expect(world.records.size).toBe(1);
  });

  test('a second comparison is marked as a later look', async () => {
    const world = createWorld();
    await compare(world);
    world.freezeOwner = 'somebody else';
    const { report } = await compare(world, { freezeOwner: 'somebody else' as 'us' });
    expect(report.runCard.look).toMatchObject({ earlier: 1, counts: false });
    expect(report.reasons.map(({ code }) => code)).toContain('LATER_LOOK');
  });

  test('a comparison after added judgements spends half the α', async () => {
    const world = createWorld();
    await compare(world);
    world.golden = goldenSet(70);
    const { report } = await compare(world);
    expect(report.runCard.look).toEqual({ earlier: 0, counts: true, judgementsAdded: true, alpha: 0.025 });
  });
});

describe('queries', () => {
  test('an empty answer counts as 0 and is counted', async () => {
    const answer = (collection: string, n: number) => (collection === 'docs_v2' && n <= 30 ? [] : better('docs_v2', n));
    const { report } = await compare(createWorld({ answer }));
    expect(report.primary).toMatchObject({ live: 1, candidate: 0.5 });
    expect(report.metrics['empty-rate']).toMatchObject({ live: 0, candidate: 0.5, delta: 0.5 });
    expect(report.queryCounts?.unanswered).toEqual({ live: 0, candidate: 30 });
    expect(report.reasons.map(({ code }) => code)).toContain('GUARDRAIL_WORSE');
  });

  test('queries without judgements are left out and counted', async () => {
    const world = createWorld();
    world.golden = {
      ...world.golden,
      queries: [...world.golden.queries, { id: 'new', text: 'query 7', metadata: {} }],
    };
    const { report } = await compare(world);
    expect(report).toMatchObject({ queries: 60, queryCounts: { unjudged: 1 } });
    expect(report.reasons.at(-1)?.text).toBe('1 query has no judgements: left out');
  });

  test('judged documents that are not in the corpus are counted and named', async () => {
    const world = createWorld();
    world.documents.delete('d3');
    const { report } = await compare(world);
    expect(report.queryCounts?.unknownDocuments).toEqual({ count: 1, judged: 60, examples: ['d3'] });
    expect(report.reasons.at(-1)?.code).toBe('UNKNOWN_DOCUMENTS');
  });

  test('judgements of which no document is in the corpus are refused', async () => {
    const error = await failure(createWorld({ documents: new Set(['other']) }));
    expect(error.code).toBe('JUDGEMENTS_INVALID');
    expect(error.message).toContain('None of the 60 judged documents is in the corpus of "docs"');
  });

  test('several chunks of one document make the search reach further, until there are enough documents', async () => {
    // Every document has five chunks that come one after the other: 100 documents take 500 chunks.
    const answer = () =>
      Array.from({ length: 700 }, (_, index) => [`d${Math.floor(index / 5) + 1}`, 1 - index / 1000] as const);
    const world = createWorld({ answer, golden: goldenSet(1) });
    const { record } = await compare(world);
    expect(world.limits.filter((limit) => limit > 10).slice(0, 3)).toEqual([150, 300, 600]);
    const run = parseTrecRun(world.runs.get(record.id)?.candidate ?? '');
    expect(run.get('q1')).toHaveLength(100);
    expect(run.get('q1')?.at(-1)?.docId).toBe('d100');
  });

  test('a pinned document that leaves the top k fails the best candidate', async () => {
    const world = createWorld({ answer: better });
    world.golden = { ...world.golden, pinned: [{ id: 'p1', text: 'query 5', expected: docId('d100') }] };
    const { report } = await compare(world);
    expect(report.verdict).toBe('FAIL');
    expect(report.pinned?.lost).toEqual([
      { query: 'p1', text: 'query 5', expected: 'd100', liveRank: 1, candidateRank: null },
    ]);
  });
});

describe('without something to compare', () => {
  test('a first version gets absolute figures and no verdict', async () => {
    const { record, report } = await compare(createWorld({ answer: better }), { live: undefined });
    expect(record.verdict).toBeNull();
    expect(record.live).toBeUndefined();
    expect(report.primary).toMatchObject({ live: null, candidate: 1, delta: null, ciLow: null, pValue: null });
    expect(report.reasons[0]?.code).toBe('FIRST_VERSION');
    expect(report).toMatchObject({ wins: null, overlap: null, regressions: [], latency: { live: null } });
  });

  test('a candidate of an index without judged queries needs judging', async () => {
    const { record, report } = await compare(createWorld({ hasEvaluation: false }));
    expect(record.verdict).toBe('NEEDS-JUDGING');
    expect(report.reasons).toEqual([{ code: 'NO_JUDGED_QUERIES', text: 'there are no judged queries to compare by' }]);
    expect(report).toMatchObject({ queries: 0, primary: null, overlap: null, runCard: { goldenSet: null } });
  });

  test('a first version without judged queries has neither', async () => {
    const { record } = await compare(createWorld({ hasEvaluation: false }), { live: undefined });
    expect(record.verdict).toBeNull();
  });

  test('a version is not compared with itself, nor with one that is not there', async () => {
    expect((await failure(createWorld(), { live: 2 as 1 })).code).toBe('USAGE');
    expect((await failure(createWorld(), { live: 7 as 1 })).code).toBe('NOT_FOUND');
  });
});

describe('a void comparison seals nothing', () => {
  test.each<[string, Partial<World>, RegExp]>([
    ['a head above the frozen one', { head: 10 }, /moved from revision 9 to 10/],
    ['somebody else’s freeze', { freezeOwner: 'a promotion' }, /frozen by "a promotion"/],
    ['a side that is not caught up', { watermarks: { 1: 8, 2: 9 } }, /version 1 stands at revision 8/],
    ['an unverified candidate', { verified: { 1: 9, 2: 7 } }, /version 2 is verified up to revision 7/],
    [
      'a newly quarantined document',
      { quarantined: { 1: ['d1'], 2: ['d1', 'd2'] } },
      /quarantines a document that live serves: d2/,
    ],
  ])('because of %s', async (_, broken, message) => {
    const error = await failure(createWorld(broken));
    expect(error.code).toBe('COMPARISON_VOID');
    expect(error.message).toMatch(message);
  });

  test('because the corpus moved while it asked', async () => {
    const world = createWorld();
    world.beforeSearch = () => {
      world.watermarks[2] = 10;
      world.head = 10;
    };
    expect((await failure(world)).facts['problems']).toEqual(['CORPUS_MOVED', 'NOT_AT_HEAD']);
  });

  test('because a search failed, which is no empty answer; it may be retried when the failure may', async () => {
    const world = createWorld();
    world.beforeSearch = () => {
      throw new LifecycleError('VECTORS_UNAVAILABLE', 'connection refused', { retryable: true, hint: 'start it' });
    };
    const error = await failure(world);
    expect(error).toMatchObject({ code: 'COMPARISON_VOID', retryable: true, hint: 'start it' });
    expect(error.message).toBe('The comparison is void: searching version 1 failed: connection refused');
  });

  test('because approximate search finds too little on one side', async () => {
    const answer = () => Array.from({ length: 10 }, (_, index) => [`d${index + 1}`, 1 - index / 100] as const);
    const approximate = (collection: string) => answer().slice(0, collection === 'docs_v1' ? 9 : 10);
    const error = await failure(createWorld({ answer, approximate }));
    expect(error.message).toContain('approximate search on the live side finds 90.0 % of the true top 10');
  });
});

test('approximate search that finds the same, or equal neighbours, is reported as sound', async () => {
  const answer = () => Array.from({ length: 12 }, (_, index) => [`d${index + 1}`, 0.5] as const);
  const approximate = () => answer().reverse();
  const { report } = await compare(createWorld({ answer, approximate }));
  expect(report.annRecall).toEqual({ live: 1, candidate: 1 });
});

describe('exportRuns()', () => {
  test('gives runs and judgements that lead to the same figures', async () => {
    const world = createWorld({ answer: better });
    const { record, report } = await compare(world);
    const { files } = await exportRuns(portsOf(world), record.id);
    expect(files.map(({ name }) => name)).toEqual(['live.run', 'candidate.run', 'qrels.txt']);
    const [live, , qrels] = files.map(({ content }) => content);
    expect(qrels?.split('\n')[0]).toBe('q1 0 d1 1');
    const values = evaluateRun('ndcg@10', parseTrecRun(live ?? ''), world.golden.qrels);
    expect(values.reduce((sum, value) => sum + value, 0) / 60).toBeCloseTo(report.primary?.live ?? NaN, 12);
  });

  test('refuses judgements that are not the sealed ones', async () => {
    const world = createWorld();
    const { record } = await compare(world);
    world.golden = goldenSet(61);
    await expect(exportRuns(portsOf(world), record.id)).rejects.toMatchObject({ code: 'JUDGEMENTS_INVALID' });
  });

  test('knows no comparison of that id', async () => {
    await expect(exportRuns(portsOf(createWorld()), 'none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

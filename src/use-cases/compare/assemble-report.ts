import { coverageOf, describeChange, metricValues, type RunPair } from '../../domain/eval/compare-runs.js';
import { countWins, isLoss } from '../../domain/eval/differences.js';
import { unansweredQueries } from '../../domain/eval/evaluate-run.js';
import { isRelevant } from '../../domain/eval/grades.js';
import { showHits } from '../../domain/eval/rank-moves.js';
import type { ComparisonReport, PinnedReport, QueryDelta, Regression, RunCard } from '../../domain/eval/report.js';
import { decideVerdict } from '../../domain/gate/decide-verdict.js';
import type { GateFacts, GateLook } from '../../domain/gate/facts.js';
import {
  describeMetrics,
  guardrailReport,
  measureGuardrails,
  measurePrimary,
  primaryReport,
} from '../../domain/gate/measure.js';
import type { GatePolicy } from '../../domain/gate/policy.js';
import type { Reason } from '../../domain/gate/verdict.js';
import type { GoldenQueries } from './golden-queries.js';

const WORST = 5;
const SHOWN_HITS = 5;

/** Everything a comparison found, before anything is concluded from it. */
export interface Findings {
  readonly policy: GatePolicy;
  /** Null for a first version. */
  readonly look: GateLook | null;
  /** Absent when the index names no golden set. */
  readonly measured?: Measured;
}

/** What the sides answered. */
export interface Measured {
  readonly golden: GoldenQueries;
  readonly pair: RunPair;
  readonly pinned: PinnedReport;
  readonly annRecall: ComparisonReport['annRecall'];
  readonly latency: ComparisonReport['latency'];
}

type Conclusion = Omit<ComparisonReport, 'format' | 'runCard'>;

/** From answers to figures, and from figures to a verdict. Pure: the same findings give the same report. */
export function assembleReport(runCard: RunCard, findings: Findings): ComparisonReport {
  const facts = gateFacts(findings);
  const outcome = facts && decideVerdict(findings.policy, facts);
  return {
    format: 1,
    runCard,
    ...describeFindings(findings, facts),
    verdict: outcome?.verdict ?? null,
    reasons: [...(outcome?.reasons ?? [firstVersion(findings)]), ...warnings(findings)],
    queriesNeeded: outcome?.queriesNeeded ?? null,
  };
}

function gateFacts({ policy, look, measured }: Findings): GateFacts | undefined {
  if (!look) return undefined;
  const queries = measured?.golden.judged.length ?? 0;
  const isMeasured = measured !== undefined && queries > 0;
  return {
    look,
    queries,
    primary: isMeasured ? measurePrimary(policy, measured.pair, look.alpha) : undefined,
    guardrails: isMeasured ? measureGuardrails(policy, measured.pair, look.alpha) : [],
    pinnedLosses: measured?.pinned.lost.map(({ query }) => query) ?? [],
    coverage: isMeasured ? meaningfulCoverage(policy, measured.pair) : undefined,
  };
}

function meaningfulCoverage({ k }: GatePolicy, { live, candidate, qrels }: RunPair): GateFacts['coverage'] {
  if (!live || !hasJudgedNegatives(qrels)) return undefined;
  return { live: coverageOf(k, live, qrels), candidate: coverageOf(k, candidate, qrels) };
}

/** Where only good documents were ever judged, an unjudged one is most likely bad, and coverage says nothing. */
const hasJudgedNegatives = (qrels: RunPair['qrels']): boolean =>
  [...qrels.values()].some((grades) => [...grades.values()].some((grade) => !isRelevant(grade)));

function describeFindings(
  { policy, measured }: Findings,
  facts: GateFacts | undefined,
): Omit<Conclusion, 'verdict' | 'reasons' | 'queriesNeeded'> {
  const queries = measured?.golden.judged.length ?? 0;
  if (!measured || queries === 0)
    return {
      ...NOTHING_MEASURED,
      pinned: measured?.pinned ?? null,
      queryCounts: measured ? queryCounts(measured) : null,
    };
  const { pair } = measured;
  const values = metricValues(policy.primary, pair);
  const counted = pair.live ? countWins(values.differences) : { wins: null, ties: null, losses: null };
  const change = pair.live ? describeChange(policy.k, pair.live, pair) : NO_CHANGE;
  const deltas = pair.live ? queryDeltas(values, measured.golden) : [];
  return {
    ...counted,
    ...change,
    queries,
    failedQueries: 0,
    queryCounts: queryCounts(measured),
    primary: primaryReport(policy, values, facts?.primary),
    metrics: describeMetrics(policy, pair),
    guardrails: facts?.guardrails.map(guardrailReport) ?? [],
    pinned: measured.pinned,
    coverage: {
      live: pair.live ? coverageOf(policy.k, pair.live, pair.qrels) : null,
      candidate: coverageOf(policy.k, pair.candidate, pair.qrels),
      judgedNegatives: hasJudgedNegatives(pair.qrels),
    },
    annRecall: measured.annRecall,
    latency: measured.latency,
    deltas,
    regressions: worstRegressions(deltas, measured.golden, pair),
  };
}

const NO_CHANGE = { overlap: null, jaccard: null, rbo: null, bothEmpty: null } as const;
const NOTHING_MEASURED = {
  ...NO_CHANGE,
  queries: 0,
  failedQueries: 0,
  primary: null,
  metrics: {},
  guardrails: [],
  wins: null,
  ties: null,
  losses: null,
  coverage: null,
  annRecall: null,
  latency: null,
  deltas: [],
  regressions: [],
} as const;

function queryCounts({ golden, pair }: Measured): ComparisonReport['queryCounts'] {
  return {
    ...golden.counts,
    unanswered: {
      live: pair.live ? unansweredQueries(pair.live, pair.qrels).length : null,
      candidate: unansweredQueries(pair.candidate, pair.qrels).length,
    },
  };
}

function queryDeltas(
  { live, candidate, differences }: ReturnType<typeof metricValues>,
  { judged }: GoldenQueries,
): readonly QueryDelta[] {
  return judged.map(({ id }, index) => ({
    query: id,
    live: live?.[index] ?? 0,
    candidate: candidate[index] ?? 0,
    delta: differences[index] ?? 0,
  }));
}

function worstRegressions(deltas: readonly QueryDelta[], golden: GoldenQueries, pair: RunPair): readonly Regression[] {
  const texts = new Map(golden.judged.map(({ id, text }) => [id, text]));
  const worst = deltas
    .filter(({ delta }) => isLoss(delta))
    .sort((a, b) => a.delta - b.delta)
    .slice(0, WORST);
  return worst.map((lost) => {
    const ours = pair.candidate.get(lost.query) ?? [];
    const theirs = pair.live?.get(lost.query) ?? [];
    const grades = pair.qrels.get(lost.query) ?? new Map();
    return {
      ...lost,
      text: texts.get(lost.query) ?? '',
      liveTop: showHits(theirs, { other: ours, grades, shown: SHOWN_HITS }),
      candidateTop: showHits(ours, { other: theirs, grades, shown: SHOWN_HITS }),
    };
  });
}

function firstVersion({ measured }: Findings): Reason {
  return {
    code: 'FIRST_VERSION',
    text: `there is no live version to compare with${measured?.golden.judged.length ? ', so these are absolute figures' : ''}`,
  };
}

function warnings({ measured }: Findings): readonly Reason[] {
  if (!measured) return [];
  const { unjudged, withoutRelevant, unknownDocuments } = measured.golden.counts;
  const warn = (count: number, code: string, text: string): readonly Reason[] => (count > 0 ? [{ code, text }] : []);
  return [
    ...warn(
      unknownDocuments.count,
      'UNKNOWN_DOCUMENTS',
      `${unknownDocuments.count} of ${unknownDocuments.judged} judged documents are not in the corpus, so nobody can find them: ${unknownDocuments.examples.join(', ')}`,
    ),
    ...warn(unjudged, 'QUERIES_UNJUDGED', `${queries(unjudged, 'has', 'have')} no judgements: left out`),
    ...warn(
      withoutRelevant,
      'QUERIES_WITHOUT_RELEVANT',
      `${queries(withoutRelevant, 'has', 'have')} no relevant document: 0 on both sides`,
    ),
  ];
}

const queries = (count: number, one: string, many: string): string =>
  count === 1 ? `1 query ${one}` : `${count} queries ${many}`;

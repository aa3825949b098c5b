import { figure } from '../../domain/eval/figures.js';
import type { ComparisonReport } from '../../domain/eval/report.js';
import { formatCount } from '../output/index.js';
import { bullet } from './layout.js';

/** What the figures stand on, each line with what a reader would ask. */
export function trustLines(report: ComparisonReport, width: number): readonly string[] {
  const { runCard, queryCounts, queries } = report;
  const facts: (readonly ['✓' | '!', string])[] = [
    [
      '✓',
      runCard.live
        ? `Same corpus: both sides stand at revision ${formatCount(runCard.watermark)}.`
        : `Verified at revision ${formatCount(runCard.watermark)}.`,
    ],
    ...(queries > 0
      ? [['✓', `No query failed, of ${formatCount(queries * (runCard.live ? 2 : 1))} asked.`] as const]
      : []),
    ...searchLine(report),
    ...judgedLine(report),
    ...latencyLine(report),
  ];
  const unanswered = (queryCounts?.unanswered.candidate ?? 0) + (queryCounts?.unanswered.live ?? 0);
  if (unanswered > 0 && queryCounts) {
    const { live, candidate } = queryCounts.unanswered;
    facts.push([
      '!',
      `Unanswered queries, counted as 0: ${live === null ? '' : `${live} by live, `}${candidate} by the candidate.`,
    ]);
  }
  return facts.flatMap(([mark, text]) => bullet(mark, text, width));
}

function searchLine({ annRecall, runCard }: ComparisonReport): readonly (readonly ['✓', string])[] {
  if (!annRecall) return runCard.store.exact ? [['✓', `${runCard.store.title} searches exactly.`]] : [];
  const live = annRecall.live === null ? '' : `${figure(annRecall.live)} of live's, `;
  return [
    [
      '✓',
      `Approximate search finds ${live}${figure(annRecall.candidate)} of the candidate's true top ${runCard.policy.k}.`,
    ],
  ];
}

function judgedLine({ coverage, runCard }: ComparisonReport): readonly (readonly ['✓' | '!', string])[] {
  if (!coverage) return [];
  const live = coverage.live === null ? '' : `${percent(coverage.live)} of live's and `;
  const shares = `${live}${percent(coverage.candidate)} of the candidate's top ${runCard.policy.k} were judged; the rest counts as not relevant`;
  const isUneven = coverage.live !== null && Math.abs(coverage.live - coverage.candidate) >= 0.05;
  return [[isUneven ? '!' : '✓', `${shares}.`]];
}

function latencyLine({ latency }: ComparisonReport): readonly (readonly ['✓', string])[] {
  if (!latency) return [];
  const times = ({ p50Ms, p95Ms }: { readonly p50Ms: number; readonly p95Ms: number }) =>
    `${p50Ms.toFixed(1)} ms, 95 % under ${p95Ms.toFixed(1)} ms`;
  const live = latency.live ? `live takes ${times(latency.live)}; ` : '';
  return [['✓', `Vector search alone: ${live}the candidate takes ${times(latency.candidate)}.`]];
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

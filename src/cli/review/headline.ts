import { figure, signedFigure } from '../../domain/eval/figures.js';
import { metricTitle } from '../../domain/eval/metric.js';
import type { ComparisonReport } from '../../domain/eval/report.js';

/** What happened, in one sentence that needs no statistics. */
export function headline(report: ComparisonReport): string {
  const version = `Version ${report.runCard.candidate.version}`;
  const live = report.runCard.live && `version ${report.runCard.live.version}`;
  switch (report.verdict) {
    case null:
      return `${version} is the first: there is nothing to compare it with.`;
    case 'PASS':
      return (report.primary?.ciLow ?? 0) > 0
        ? `${version} finds more than ${live}.`
        : `${version} is as good as ${live}, within what the policy tolerates.`;
    case 'FAIL':
      return failure(report, version, live ?? '');
    case 'INCONCLUSIVE':
      return `The queries cannot tell whether ${version.toLowerCase()} is good enough.`;
    case 'NEEDS-JUDGING':
      return report.queries === 0
        ? `There are no judged queries to hold ${version.toLowerCase()} against ${live}.`
        : `Too little of what one side shows was ever judged to compare ${version.toLowerCase()} fairly.`;
  }
}

function failure({ reasons, pinned }: ComparisonReport, version: string, live: string): string {
  if (pinned && pinned.lost.length > 0) return `${version} loses a document that must not be lost.`;
  return reasons[0]?.code === 'PRIMARY_WORSE'
    ? `${version} finds less than ${live}.`
    : `${version} harms something the policy guards.`;
}

/** The figures of that sentence; undefined when nothing was measured. */
export function summary({ primary, queries, wins, losses, runCard }: ComparisonReport): string | undefined {
  if (!primary) return undefined;
  const name = metricTitle(primary.metric);
  if (primary.live === null || primary.delta === null || primary.ciLow === null || primary.ciHigh === null) {
    return `${name} is ${figure(primary.candidate)} over ${queries} judged queries.`;
  }
  const moves = signedFigure(primary.delta) === figure(0) ? 'stays' : primary.delta > 0 ? 'rises' : 'falls';
  return [
    `${name} ${moves} from ${figure(primary.live)} to ${figure(primary.candidate)}.`,
    `The difference is ${signedFigure(primary.delta)}, 95 % interval ${signedFigure(primary.ciLow)} to ${signedFigure(primary.ciHigh)};`,
    `the policy accepts a loss of ${figure(runCard.policy.margin)}.`,
    `Of ${queries} queries ${wins} get better and ${losses} get worse.`,
  ].join(' ');
}

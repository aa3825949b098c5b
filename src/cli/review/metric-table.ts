import { figure, signedFigure } from '../../domain/eval/figures.js';
import { metricTitle } from '../../domain/eval/metric.js';
import type { ComparisonReport, MetricReport } from '../../domain/eval/report.js';
import { grid } from './layout.js';
import type { Paints } from './paint.js';

/** Every metric on both sides; a difference is painted only where its interval excludes no change. */
export function metricTable({ metrics, runCard }: ComparisonReport, paints: Paints): readonly string[] {
  const { primary, guardrails } = runCard.policy;
  const role = (name: string) => {
    if (name === primary) return 'primary';
    const guardrail = guardrails.find(({ metric }) => metric === name);
    return guardrail ? `guardrail ${figure(guardrail.margin)}` : '';
  };
  const names = Object.keys(metrics);
  const value = (name: string) => metrics[name] as MetricReport;
  if (runCard.live === null) {
    const columns = [
      { title: 'metric', align: 'left' },
      { title: 'value', align: 'right' },
    ] as const;
    const rows = names.map((name) => [metricTitle(name), figure(value(name).candidate)]);
    return grid(columns, rows, paints.quiet);
  }
  const columns = [
    { title: 'metric', align: 'left' },
    { title: 'live', align: 'right' },
    { title: 'candidate', align: 'right' },
    { title: 'difference', align: 'right' },
    { title: '95 % interval', align: 'left' },
    { title: '', align: 'left' },
  ] as const;
  const rows = names.map((name) => [
    metricTitle(name),
    figure(value(name).live ?? 0),
    figure(value(name).candidate),
    difference(name, value(name), paints),
    interval(value(name)),
    paints.quiet(role(name)),
  ]);
  return grid(columns, rows, paints.quiet);
}

function difference(name: string, { delta, ciLow, ciHigh }: MetricReport, paints: Paints): string {
  const text = signedFigure(delta ?? 0);
  // More empty answers are worse; of every other metric more is better.
  const sign = name === 'empty-rate' ? -1 : 1;
  if (ciLow !== null && ciHigh !== null && (ciLow > 0 || ciHigh < 0)) {
    return sign * (delta ?? 0) > 0 ? paints.gain(text) : paints.loss(text);
  }
  return text;
}

const interval = ({ ciLow, ciHigh }: MetricReport): string =>
  ciLow === null || ciHigh === null ? '' : `${signedFigure(ciLow).padStart(5)} to ${signedFigure(ciHigh).padStart(5)}`;

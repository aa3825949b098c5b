import { figure } from '../../domain/eval/figures.js';
import { metricTitle } from '../../domain/eval/metric.js';
import type { ComparisonReport, SideCard } from '../../domain/eval/report.js';
import { drawInterval } from './interval.js';
import { headline, summary } from './headline.js';
import { bullet, wrap } from './layout.js';
import { metricTable } from './metric-table.js';
import { nextSteps } from './next-step.js';
import { createPaints, type Paints } from './paint.js';
import { LEGEND, regressionBlocks, type ShownTexts } from './regressions.js';
import { trustLines } from './trust.js';

export type { ShownText } from './regressions.js';

export interface ReviewOptions {
  readonly color: boolean;
  /** Columns of the terminal; the text takes between 80 and 110 of them. */
  readonly width: number;
  readonly texts?: ShownTexts;
}

/**
 * A comparison as a person reads it in the terminal: first what happened, in words; then the interval against
 * the margin, all metrics, who won, the worst losses side by side, what the figures stand on, and what to do now.
 * Pure: the report decides everything.
 */
export function renderReview(report: ComparisonReport, options: ReviewOptions): string {
  const width = Math.max(80, Math.min(110, options.width)) - 2;
  const paints = createPaints(options.color);
  const sections = [
    opening(report, width, paints),
    section(
      'Why',
      report.reasons.flatMap(({ text }) => bullet('·', `${text}.`, width)),
      paints,
    ),
    section('The two versions', sides(report, width, paints), paints),
    section(ruleTitle(report), rule(report, width, paints), paints),
    section('What changes', Object.keys(report.metrics).length > 0 ? metricTable(report, paints) : [], paints),
    section('Query by query', queryBar(report, width, paints), paints),
    section('The worst losses', worst(report, { width, paints, texts: options.texts ?? new Map() }), paints),
    section('Can these numbers be trusted?', trustLines(report, width), paints),
    section(
      'What to do now',
      nextSteps(report).flatMap((step) => bullet('›', step, width)),
      paints,
    ),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n'))
    .join('\n\n')
    .concat('\n');
}

function section(title: string, lines: readonly string[], paints: Paints): readonly string[] {
  return lines.length === 0 ? [] : [paints.heading(title), ...lines];
}

function opening(report: ComparisonReport, width: number, paints: Paints): readonly string[] {
  const tone = report.verdict === 'PASS' ? 'good' : report.verdict === 'FAIL' ? 'bad' : 'open';
  const figures = summary(report);
  return [
    `${paints.badge[tone](` ${report.verdict ?? 'FIRST VERSION'} `)} ${paints.heading(headline(report))}`,
    ...(figures === undefined ? [] : ['', ...wrap(figures, width)]),
  ];
}

function sides({ runCard }: ComparisonReport, width: number, paints: Paints): readonly string[] {
  const lines = (role: string, { version, collection, embedder, chunker }: SideCard) =>
    bullet(`${role.padEnd(9)} v${version} `, `${collection}: ${embedder} · ${chunker}`, width);
  if (!runCard.live) return [];
  return [...lines('live', runCard.live), ...lines('candidate', runCard.candidate).map(paints.candidate)];
}

function rule(report: ComparisonReport, width: number, paints: Paints): readonly string[] {
  const drawn = drawInterval(report, Math.min(width, 76), paints);
  const { pValue = null, sd = null, effectSize = null } = report.primary ?? {};
  if (pValue === null || sd === null) return drawn;
  const effect = effectSize === null ? '' : ` · effect ${figure(effectSize)}`;
  const p = pValue < 0.001 ? 'p < .001' : `p = ${figure(pValue)}`;
  const note = `paired t bounds · randomisation ${p} · deviation per query ${figure(sd)}${effect}`;
  return [...drawn, ...wrap(note, width).map(paints.quiet)];
}

function ruleTitle({ runCard }: ComparisonReport): string {
  const { policy, look } = runCard;
  const name = metricTitle(policy.primary);
  const sure = `${Number(((1 - (look?.alpha ?? policy.alpha)) * 100).toFixed(2))} %`;
  const gain = policy.mode === 'superior' ? ', and a gain must be shown' : '';
  return `The rule: ${name} may lose less than ${figure(policy.margin)}${gain} (each end is ${sure} sure)`;
}

/** Won, tied and lost as one bar, its parts in proportion. */
function queryBar({ wins, ties, losses, queries }: ComparisonReport, width: number, paints: Paints): readonly string[] {
  if (wins === null || ties === null || losses === null) return [];
  const room = Math.min(width, 60);
  const part = (count: number) => Math.round((count / queries) * room);
  const won = part(wins);
  const lost = part(losses);
  const bar = paints.gain('█'.repeat(won)) + paints.quiet('░'.repeat(Math.max(0, room - won - lost)));
  return [
    bar + paints.loss('▓'.repeat(lost)),
    `${paints.gain(`█ ${wins} better`)}   ${paints.quiet(`░ ${ties} the same`)}   ${paints.loss(`▓ ${losses} worse`)}`,
  ];
}

function worst(
  report: ComparisonReport,
  options: { readonly width: number; readonly paints: Paints; readonly texts: ShownTexts },
): readonly string[] {
  if (report.regressions.length === 0) return [];
  const legend = wrap(LEGEND, options.width).map(options.paints.quiet);
  return [...legend, '', ...regressionBlocks(report, options)].slice(0, -1);
}

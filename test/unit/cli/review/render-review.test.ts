import { describe, expect, test } from 'vitest';
import { renderReview, type ShownText } from '../../../../src/cli/review/index.js';
import type { ComparisonReport } from '../../../../src/domain/eval/report.js';
import { docId } from '../../../../src/domain/ids.js';
import { compareVersions } from '../../../../src/use-cases/compare/compare-versions.js';
import { createWorld, portsOf, request, type World } from '../../use-cases/compare/compare-world.js';

const reportOf = async (world: Partial<World>, asked: object = {}) => {
  const { report } = await compareVersions(portsOf(createWorld(world)), { ...request, ...asked });
  return report as unknown as ComparisonReport;
};
const show = (report: ComparisonReport, options: Partial<Parameters<typeof renderReview>[1]> = {}) =>
  renderReview(report, { color: false, width: 100, ...options });

/** Queries up to `lost` lose their document on the candidate's side; the others are alike. */
const losing = (lost: number) => (collection: string, n: number) =>
  collection === 'docs_v2' && n <= lost ? ([['d150', 0.8]] as const) : ([[`d${n}`, 0.9]] as const);

describe('renderReview()', () => {
  test('a FAIL says in words what happened, why, and what can be done', async () => {
    const text = show(await reportOf({ answer: losing(40) }));
    expect(text).toContain(' FAIL  Version 2 finds less than version 1.');
    expect(text).toContain('nDCG@10 falls from 1.000 to .333.');
    expect(text).toContain('cutover approve docs --override --reason');
    expect(text).toContain('40 worse');
  });

  test('a PASS offers the approval first', async () => {
    const text = show(await reportOf({}));
    expect(text).toContain(' PASS  Version 2 is as good as version 1, within what the policy tolerates.');
    expect(text).toMatch(/What to do now\n {2}› `cutover approve docs`: searches move from docs_v1 to docs_v2/);
    expect(text).not.toContain('The worst losses');
  });

  test('a first version shows figures and compares nothing', async () => {
    const text = show(await reportOf({}, { live: undefined }));
    expect(text).toContain('FIRST VERSION');
    expect(text).toContain('nDCG@10 is 1.000 over 60 judged queries.');
    expect(text).not.toContain('difference');
  });

  test('without judged queries it says how to get some', async () => {
    const text = show(await reportOf({ hasEvaluation: false }));
    expect(text).toContain('NEEDS-JUDGING');
    expect(text).toContain('evaluation.queries');
  });

  test('the drawn line crosses the margin exactly when the verdict is open', async () => {
    const lineOf = (text: string) => text.split('\n').find((line) => line.includes('●')) ?? '';
    const open = show(await reportOf({ answer: losing(2) }));
    expect(open).toContain('INCONCLUSIVE');
    expect(lineOf(open)).toMatch(/├─*╋?─*●?─*╋─*┼?─*┤|●╋/u);
    const failed = lineOf(show(await reportOf({ answer: losing(40) })));
    expect(failed.indexOf('┤')).toBeLessThan(failed.indexOf('┃'));
    const passed = lineOf(show(await reportOf({})));
    expect(passed.indexOf('┃')).toBeLessThan(passed.indexOf('●'));
  });

  test('the worst losses show both rankings, grades, moves and what the documents are called', async () => {
    const texts = new Map<ReturnType<typeof docId>, ShownText>([
      [docId('d1'), { title: 'Wing flutter', snippet: 'long text' }],
      [docId('d150'), { snippet: 'no title here' }],
    ]);
    const text = show(await reportOf({ answer: losing(40) }), { texts });
    expect(text).toContain('−1.000 query 1  1.000 → .000');
    expect(text).toMatch(/1 \[1\] {2}d1 Wing flutter +→ gone +1 \[ \] {2}d150 no title here +→ gone/);
  });

  test('text of documents and queries cannot steer the terminal', async () => {
    const texts = new Map([[docId('d1'), { title: 'evil \u001b[2J title', snippet: '' }]]);
    const report = await reportOf({ answer: losing(40) });
    const [first, ...rest] = report.regressions;
    const poisoned = { ...report, regressions: [{ ...first!, text: 'clear\u001b[2J\nme' }, ...rest] };
    expect(show(poisoned, { texts })).not.toContain('\u001b');
  });

  test.each([80, 100, 140])('keeps to a terminal of %i columns', async (width) => {
    const text = show(await reportOf({ answer: losing(40) }), { width });
    const tooWide = text.split('\n').filter((line) => [...line].length > Math.min(width, 110));
    expect(tooWide).toEqual([]);
  });

  test('is painted only when asked', async () => {
    const report = await reportOf({ answer: losing(40) });
    expect(show(report)).not.toContain('\u001b[');
    expect(show(report, { color: true })).toContain('\u001b[');
  });
});

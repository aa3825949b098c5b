import { figure, signedFigure } from '../../domain/eval/figures.js';
import type { ComparisonReport, Regression, ShownHit } from '../../domain/eval/report.js';
import { docId, type DocId } from '../../domain/ids.js';
import { oneLine } from '../output/index.js';
import { bullet, grid, type Column } from './layout.js';
import type { Paints } from './paint.js';

/** What stands for a document where its id alone would say little. */
export interface ShownText {
  readonly title?: string;
  readonly snippet: string;
}

export type ShownTexts = ReadonlyMap<DocId, ShownText>;

export const LEGEND =
  '[3] relevant, with its grade · [0] judged not relevant · [ ] nobody judged it · → rank on the other side';

/** The worst losses, each with both rankings side by side. */
export function regressionBlocks(
  { regressions, runCard }: ComparisonReport,
  { texts, width, paints }: { readonly texts: ShownTexts; readonly width: number; readonly paints: Paints },
): readonly string[] {
  // Twice rank and grade, a name, where it moved, and two spaces between all of them.
  const name = Math.floor((width - 2 - 2 * (PLACE + MOVE) - 5 * 2) / 2);
  const side = (title: string): readonly Column[] => [
    { title: '', align: 'left', width: PLACE },
    { title, align: 'left', width: name },
    { title: '', align: 'left', width: MOVE },
  ];
  const columns = [
    ...side(`live · v${runCard.live?.version ?? ''}`),
    ...side(`candidate · v${runCard.candidate.version}`),
  ];
  return regressions.flatMap((regression) => {
    const { liveTop, candidateTop } = regression;
    const rows = Array.from({ length: Math.max(1, liveTop.length, candidateTop.length) }, (_, index) => [
      ...cells(liveTop[index], index + 1, { texts, name, paints }),
      ...cells(candidateTop[index], index + 1, { texts, name, paints }),
    ]);
    return [...heading(regression, width, paints), ...grid(columns, rows, paints.quiet).map((line) => `  ${line}`), ''];
  });
}

/** Columns of "5 [3]" and of "→ gone". */
const PLACE = 5;
const MOVE = 6;

function heading({ delta, text, live, candidate }: Regression, width: number, paints: Paints): string[] {
  const values = `${figure(live)} → ${figure(candidate)}`;
  const [first = '', ...rest] = bullet(signedFigure(delta), `${oneLine(text, 200)}  ${values}`, width);
  const mark = signedFigure(delta).length;
  return [paints.loss(first.slice(0, mark)) + paints.heading(first.slice(mark)), ...rest.map(paints.heading)];
}

/** One document: rank and grade, what it is, and where it stands on the other side. */
function cells(
  hit: ShownHit | undefined,
  rank: number,
  { texts, name, paints }: { readonly texts: ShownTexts; readonly name: number; readonly paints: Paints },
): readonly [string, string, string] {
  if (!hit) return ['', rank === 1 ? paints.quiet('nothing found') : '', ''];
  const tone = hit.grade !== null && hit.grade >= 1 ? paints.gain : (text: string) => text;
  return [
    tone(`${rank} [${hit.grade ?? ' '}]`),
    tone(oneLine(nameOf(hit, texts), name)),
    paints.quiet(`→ ${hit.otherRank ?? 'gone'}`),
  ];
}

function nameOf({ docId: id }: ShownHit, texts: ShownTexts): string {
  const shown = texts.get(docId(id));
  const text = shown?.title || shown?.snippet;
  return text ? `${id} ${text}` : id;
}

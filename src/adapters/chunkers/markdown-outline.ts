import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { gfmTable } from 'micromark-extension-gfm-table';
import type { Section } from '../../domain/chunk/cut-sections.js';
import type { Piece } from '../../domain/chunk/piece.js';
import type { Span } from '../../domain/chunk/span.js';
import { parseUnits } from './parse-units.js';
import type { ParseUnit } from './parse-units.js';

type Root = ReturnType<typeof fromMarkdown>;
type Block = Root['children'][number];

/** A block of the document with its place in it; a heading's says how deep it is and what it reads. */
interface PlacedBlock {
  readonly piece: Piece;
  readonly heading?: { readonly depth: number; readonly title: string };
}

const FRONT_MATTER = /^---[ \t]*\r?\n[^]*?\r?\n---[ \t]*(?:\r?\n|$)/;
const MAX_FRONT_MATTER_UNITS = 8_192;

/**
 * The sections of a Markdown text: each heading of the document itself (not one inside a list or quotation) begins
 * one. Headings that follow each other without text between them share a section. Front matter is a section without
 * titles.
 *
 * @param breathe  Called between stretches of parsing, which blocks the event loop for about 10 ms each.
 */
export async function outlineMarkdown(source: string, breathe: () => Promise<void>): Promise<readonly Section[]> {
  const matter = FRONT_MATTER.exec(source.slice(0, MAX_FRONT_MATTER_UNITS))?.[0].length ?? 0;
  const sections = new SectionBuilder();
  if (matter > 0) sections.add({ piece: { start: 0, end: matter, shape: 'lines' } });
  const body = source.slice(matter);
  const links = new LinkLabels(body);
  for (const unit of parseUnits(body)) {
    for (const block of unit.opaque ? [opaqueBlock(unit)] : parseUnit(body, unit, links))
      sections.add(moved(block, matter));
    await breathe();
  }
  return sections.finish();
}

function opaqueBlock({ start, end, fenced }: ParseUnit): PlacedBlock {
  return { piece: { start, end, shape: fenced ? 'lines' : 'prose' } };
}

function parseUnit(source: string, unit: ParseUnit, links: LinkLabels): readonly PlacedBlock[] {
  const root = parse(source.slice(unit.start, unit.end));
  const spans = endToEnd(root.children, { start: 0, end: unit.end - unit.start });
  if (spans.length === 0) return [opaqueBlock(unit)];
  return root.children.map((block, index) => {
    const piece = toPiece(block, spans[index] ?? { start: 0, end: 0 });
    const placed = { piece: movedPiece(piece, unit.start) };
    if (block.type !== 'heading') return placed;
    const heading = {
      depth: block.depth,
      title: titleOf(block, source.slice(placed.piece.start, placed.piece.end), links),
    };
    return { piece: { ...placed.piece, isTitle: true }, heading };
  });
}

/** Blocks with what stands between them: each reaches to the beginning of the next, so that no text is lost. */
function endToEnd(blocks: readonly Block[], whole: Span): readonly Span[] {
  const starts = blocks.map((block) => block.position?.start.offset ?? whole.start);
  return starts.map((start, index) => ({
    start: index === 0 ? whole.start : start,
    end: starts[index + 1] ?? whole.end,
  }));
}

function toPiece(block: Block, span: Span): Piece {
  if (block.type === 'code' || block.type === 'table' || block.type === 'html') return { ...span, shape: 'lines' };
  if (block.type !== 'list' && block.type !== 'listItem' && block.type !== 'blockquote')
    return { ...span, shape: 'prose' };
  const children: readonly Block[] = block.children;
  const spans = endToEnd(children, span);
  if (spans.length < 2) return { ...span, shape: 'prose' };
  return {
    ...span,
    shape: 'prose',
    children: children.map((child, index) => toPiece(child, spans[index] ?? span)),
  };
}

function parse(markdown: string): Root {
  return fromMarkdown(markdown, { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] });
}

/** What a heading reads, without its markup. Where its links lead may stand in another unit. */
function titleOf(heading: Block, source: string, links: LinkLabels): string {
  const definitions = links.definedIn(source);
  const whole = definitions === '' ? heading : (parse(`${source.trimEnd()}\n\n${definitions}`).children[0] ?? heading);
  return plainText(whole).replace(/\s+/g, ' ').trim();
}

const LABEL = /\[((?:[^[\]\\]|\\.)+)\]/g;
const DEFINITION = /^ {0,3}\[((?:[^[\]\\]|\\.){1,999})\]:/gm;

/** The labels that links of a document may name: `[label]: address`. */
class LinkLabels {
  private known: ReadonlySet<string> | undefined;

  constructor(private readonly source: string) {}

  /** Definitions, leading nowhere, of the labels that a piece of the document names. */
  definedIn(markdown: string): string {
    const labels = [...markdown.matchAll(LABEL)].map(([, label = '']) => label);
    if (labels.length === 0) return '';
    this.known ??= new Set([...this.source.matchAll(DEFINITION)].map(([, label = '']) => label.toLowerCase()));
    const defined = labels.filter((label) => this.known?.has(label.toLowerCase()));
    return defined.map((label) => `[${label}]: #\n`).join('');
  }
}

function plainText(node: unknown): string {
  if (typeof node !== 'object' || node === null) return '';
  const { value, alt, children } = node as Readonly<Record<string, unknown>>;
  if (Array.isArray(children)) return children.map(plainText).join('');
  if (typeof value === 'string') return value;
  return typeof alt === 'string' ? alt : '';
}

function moved(block: PlacedBlock, by: number): PlacedBlock {
  return by === 0 ? block : { ...block, piece: movedPiece(block.piece, by) };
}

function movedPiece(piece: Piece, by: number): Piece {
  const place = { ...piece, start: piece.start + by, end: piece.end + by };
  return piece.children === undefined
    ? place
    : { ...place, children: piece.children.map((child) => movedPiece(child, by)) };
}

/** Collects blocks into sections and keeps the path of headings. */
class SectionBuilder {
  private readonly sections: Section[] = [];
  private path: { readonly depth: number; readonly title: string }[] = [];
  private pieces: Piece[] = [];
  private shownTitles = 0;
  private onlyHeadings = true;

  add({ piece, heading }: PlacedBlock): void {
    if (heading === undefined) this.onlyHeadings = false;
    else this.open(heading);
    this.pieces.push(piece);
  }

  finish(): readonly Section[] {
    this.close();
    return this.sections;
  }

  private open(heading: { readonly depth: number; readonly title: string }): void {
    const deepest = this.path.at(-1)?.depth ?? 0;
    // Two headings in a row belong to one passage only if the second stands under the first.
    if (!this.onlyHeadings || heading.depth <= deepest) this.close();
    this.path = [...this.path.filter(({ depth }) => depth < heading.depth), heading];
    this.shownTitles += 1;
  }

  private close(): void {
    if (this.pieces.length > 0)
      this.sections.push({
        pieces: this.pieces,
        heading: this.path.map(({ title }) => title),
        shownTitles: this.shownTitles,
      });
    this.pieces = [];
    this.shownTitles = 0;
    this.onlyHeadings = true;
  }
}

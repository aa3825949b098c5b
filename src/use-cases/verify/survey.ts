import { extendChunkDigest, NO_POINTS, payloadHash } from '../../domain/chunk/digest.js';
import { docId, type ChunkId, type DocId, type Revision } from '../../domain/ids.js';
import type { IndexVersion } from '../../domain/version/version.js';
import type { Ports } from '../../ports/index.js';
import type { StoredPoint, VectorFilter } from '../../ports/vector-store.js';
import { breathe, isTurnOver } from '../../pace.js';
import { ofDocument, type DocumentPoints } from '../catch-up/document-points.js';
import { differenceOf, NO_DOCUMENT_POINTS } from './document-check.js';
import type { PointInspector } from './point-inspector.js';

/** A first look at a collection: sums, and the documents to look at again. */
export interface Survey {
  readonly expected: number;
  readonly found: number;
  readonly suspects: readonly DocId[];
}

export interface SurveyOptions {
  readonly inspector: PointInspector;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** Points, or documents, that will be looked at. */
  readonly total: number;
}

type SurveyPorts = Pick<Ports, 'log' | 'ledger' | 'vectors'>;

const PAGE_POINTS = 256;
const PAGE_ENTRIES = 500;

/** Hold the whole ledger against a scroll over all points. Remembers a count and a digest for each document. */
export async function surveyAll(
  { ledger, vectors }: SurveyPorts,
  version: IndexVersion,
  options: SurveyOptions,
): Promise<Survey> {
  const byDocument = new Map<DocId, { count: number; digest: string }>();
  let found = 0;
  for await (const page of scrollPages({ vectors }, version)) {
    options.signal?.throwIfAborted();
    for (const point of page) {
      options.inspector.look(point);
      extend(byDocument, point);
      if (isTurnOver()) await breathe();
    }
    found += page.length;
    options.onProgress?.(found, options.total);
  }
  let expected = 0;
  const suspects: DocId[] = [];
  for await (const entries of ledger.pages(version, PAGE_ENTRIES)) {
    for (const entry of entries) {
      expected += entry.chunkCount;
      const actual = byDocument.get(entry.docId) ?? NO_DOCUMENT_POINTS;
      if (differenceOf(entry.docId, entry, actual)) suspects.push(entry.docId);
      byDocument.delete(entry.docId);
    }
    if (isTurnOver()) await breathe();
  }
  return { expected, found, suspects: [...suspects, ...byDocument.keys()] };
}

/** Hold the ledger against the points of documents that changed in `(since, watermark]`. */
export async function surveyChanged(
  { log, ledger, vectors }: SurveyPorts,
  version: IndexVersion,
  options: SurveyOptions & { readonly since: Revision },
): Promise<Survey> {
  const sums = { expected: 0, found: 0, documents: 0 };
  const suspects: DocId[] = [];
  const slice = { from: options.since, to: version.watermark };
  for await (const page of log.read(version.index, slice, PAGE_ENTRIES)) {
    const ids = page.map(({ id }) => id);
    const entries = await ledger.entries(version, ids);
    for (const id of ids) {
      options.signal?.throwIfAborted();
      const actual = await inspectDocument({ vectors }, version, { id, inspector: options.inspector });
      const entry = entries.get(id);
      sums.expected += entry?.chunkCount ?? 0;
      sums.found += actual.count;
      sums.documents += 1;
      if (differenceOf(id, entry, actual)) suspects.push(id);
    }
    options.onProgress?.(sums.documents, options.total);
  }
  return { expected: sums.expected, found: sums.found, suspects };
}

async function inspectDocument(
  ports: Pick<SurveyPorts, 'vectors'>,
  version: IndexVersion,
  { id, inspector }: { readonly id: DocId; readonly inspector: PointInspector },
): Promise<DocumentPoints> {
  const byDocument = new Map<DocId, { count: number; digest: string }>();
  for await (const page of scrollPages(ports, version, ofDocument(id))) {
    for (const point of page) {
      inspector.look(point);
      extend(byDocument, point);
      if (isTurnOver()) await breathe();
    }
  }
  return byDocument.get(id) ?? NO_DOCUMENT_POINTS;
}

async function* scrollPages(
  { vectors }: Pick<SurveyPorts, 'vectors'>,
  { collection, vectorName }: IndexVersion,
  filter?: VectorFilter,
): AsyncGenerator<readonly StoredPoint[]> {
  let after: ChunkId | undefined;
  do {
    const page = await vectors.scroll(collection, { after, limit: PAGE_POINTS, filter, vectorName, payload: true });
    yield page.points;
    after = page.next;
  } while (after !== undefined);
}

function extend(byDocument: Map<DocId, { count: number; digest: string }>, { id, payload }: StoredPoint): void {
  const doc = docId(String(payload['doc_id']));
  const known = byDocument.get(doc) ?? { count: 0, digest: NO_POINTS };
  known.count += 1;
  known.digest = extendChunkDigest(known.digest, id, payloadHash(payload));
  byDocument.set(doc, known);
}

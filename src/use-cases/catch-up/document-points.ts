import { extendChunkDigest, NO_POINTS, payloadHash } from '../../domain/chunk/digest.js';
import type { ChunkId, CollectionName, DocId } from '../../domain/ids.js';
import type { VectorFilter, VectorStore } from '../../ports/vector-store.js';

/** Points read at once. */
const PAGE_POINTS = 256;

export interface DocumentPoints {
  readonly count: number;
  /** Chain over the points as they are, comparable to the ledger's. */
  readonly digest: string;
}

/** Condition on the document a point belongs to. */
export function ofDocument(doc: DocId): VectorFilter {
  return { must: [{ key: 'doc_id', match: { value: doc } }] };
}

/** What a collection holds of one document right now. */
export async function readDocumentPoints(
  vectors: Pick<VectorStore, 'scroll'>,
  collection: CollectionName,
  doc: DocId,
): Promise<DocumentPoints> {
  let count = 0;
  let digest = NO_POINTS;
  let after: ChunkId | undefined;
  do {
    const page = await vectors.scroll(collection, {
      after,
      limit: PAGE_POINTS,
      filter: ofDocument(doc),
      payload: true,
    });
    for (const { id, payload } of page.points) digest = extendChunkDigest(digest, id, payloadHash(payload));
    count += page.points.length;
    after = page.next;
  } while (after !== undefined);
  return { count, digest };
}

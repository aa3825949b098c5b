import { LifecycleError } from '../../domain/errors.js';
import type { DocId } from '../../domain/ids.js';
import type { Source } from '../../ports/source.js';

/**
 * Refuse a listing that names one id twice: which of the two would be searched is chance.
 *
 * @throws {LifecycleError} `DUPLICATE_DOCUMENT_ID`, with both places.
 */
export async function requireUnique(
  source: Source,
  ids: readonly DocId[],
  known: ReadonlyMap<DocId, { readonly seenByThisScan: boolean }>,
): Promise<void> {
  const here = new Set<DocId>();
  for (const id of ids) {
    if (here.has(id) || known.get(id)?.seenByThisScan) throw duplicate(id, await placesOf(source, id));
    here.add(id);
  }
}

/** The listing is read again, so that a sound one need not remember where each id stood. */
async function placesOf(source: Source, id: DocId): Promise<readonly string[]> {
  const places: string[] = [];
  for await (const entry of source.list()) {
    if (entry.id === id) places.push(entry.place);
    if (places.length === 2) break;
  }
  return places;
}

function duplicate(id: DocId, places: readonly string[]): LifecycleError {
  const where = places.length === 2 ? places.join(' and ') : 'two places';
  return new LifecycleError('DUPLICATE_DOCUMENT_ID', `The id "${id}" stands at ${where}`, {
    hint: 'Give every document an id of its own; nothing was deleted.',
    facts: { id, places },
  });
}

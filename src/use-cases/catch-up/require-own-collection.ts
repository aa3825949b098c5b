import { LifecycleError } from '../../domain/errors.js';
import type { IndexVersion } from '../../domain/version/version.js';
import type { Ports } from '../../ports/index.js';

/**
 * Two installations may share a vector store, never a collection: the registry id in the collection's
 * metadata says whose it is.
 *
 * @throws {LifecycleError} `NOT_FOUND`, `FOREIGN_COLLECTION`
 */
export async function requireOwnCollection(
  { registry, vectors }: Pick<Ports, 'registry' | 'vectors'>,
  version: IndexVersion,
): Promise<void> {
  const [ours, collection] = await Promise.all([registry.id(), vectors.collection(version.collection)]);
  if (!collection) {
    throw new LifecycleError('NOT_FOUND', `Collection "${version.collection}" is gone from the vector store`, {
      hint: `Build version ${version.number} again with \`cutover reindex ${version.index}\`.`,
    });
  }
  if (collection.metadata.registry_id === ours) return;
  throw new LifecycleError(
    'FOREIGN_COLLECTION',
    `Collection "${version.collection}" belongs to another installation: expected registry ${ours}, found ${collection.metadata.registry_id ?? 'none'}`,
    { hint: 'Use another vector store or another index name; nothing was written.' },
  );
}

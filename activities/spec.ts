import { LifecycleError } from '../src/domain/errors.js';
import { indexName } from '../src/domain/ids.js';
import type { IndexSpec } from '../src/domain/index-spec.js';
import type { VersionRef } from '../src/contracts/activities.js';
import type { Registry } from '../src/ports/registry.js';
import type { VersionKey } from '../src/ports/ledger.js';

export const keyOf = ({ index, version }: VersionRef): VersionKey => ({ index: indexName(index), number: version });

/**
 * The configuration an index has now.
 *
 * @param expectedHash  Hash the execution was started with, when it has to be the very same one.
 * @throws {LifecycleError} `NOT_FOUND`; `CONFIG_INVALID` when it was changed meanwhile.
 */
export async function indexSpec(
  registry: Pick<Registry, 'indexConfig'>,
  index: string,
  expectedHash?: string,
): Promise<IndexSpec> {
  const row = await registry.indexConfig(indexName(index));
  if (row === undefined) {
    throw new LifecycleError('NOT_FOUND', `There is no index "${index}"`, {
      hint: `Start with: cutover reindex ${index}`,
    });
  }
  if (expectedHash !== undefined && row.configHash !== expectedHash) {
    throw new LifecycleError(
      'CONFIG_INVALID',
      `The configuration of "${index}" changed after this reindex was started`,
      {
        hint: `Start it again: cutover reindex ${index}`,
      },
    );
  }
  return row.config as unknown as IndexSpec;
}

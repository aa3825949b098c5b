import { LifecycleError } from '../../domain/errors.js';
import type { IndexSpec } from '../../domain/index-spec.js';
import type { IndexVersion } from '../../domain/version/version.js';
import type { Ports } from '../../ports/index.js';
import type { VersionKey } from '../../ports/ledger.js';

export type CatchUpPorts = Pick<
  Ports,
  'registry' | 'log' | 'contents' | 'ledger' | 'fence' | 'cache' | 'vectors' | 'toolbox'
>;

/** @throws {LifecycleError} `NOT_FOUND` */
export async function requireVersion({ registry }: Pick<Ports, 'registry'>, key: VersionKey): Promise<IndexVersion> {
  const version = await registry.version(key);
  if (version) return version;
  throw new LifecycleError('NOT_FOUND', `There is no version ${key.number} of "${key.index}"`, {
    hint: `See \`cutover versions ${key.index}\`.`,
  });
}

/** The configuration a version was planned with; it was checked when it was stored. */
export function specOf(version: IndexVersion): IndexSpec {
  return version.config as unknown as IndexSpec;
}

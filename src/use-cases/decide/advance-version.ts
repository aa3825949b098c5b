import { LifecycleError } from '../../domain/errors.js';
import { transition } from '../../domain/version/transitions.js';
import type { IndexVersion, VersionState } from '../../domain/version/version.js';
import type { Ports } from '../../ports/index.js';
import type { VersionKey } from '../../ports/ledger.js';

/** The road of a candidate; a step that was taken already is not taken again. */
const ROAD: readonly VersionState[] = ['planned', 'building', 'built', 'verified', 'compared', 'approved', 'live'];

export interface Advance {
  readonly key: VersionKey;
  readonly to: VersionState;
  readonly actor: string;
  readonly reason?: string;
}

/**
 * Bring a version to a state, unless it is there or past it. Safe to repeat, and to ask of a version that is resumed.
 *
 * @throws {LifecycleError} `ILLEGAL_TRANSITION`, `NOT_FOUND`
 */
export async function advanceVersion(ports: Pick<Ports, 'registry'>, advance: Advance): Promise<IndexVersion> {
  const { key, to, actor, reason } = advance;
  const version = await ports.registry.version(key);
  if (version === undefined) {
    throw new LifecycleError('NOT_FOUND', `Index "${key.index}" has no version ${key.number}`, {
      hint: `See what there is: cutover versions ${key.index}`,
    });
  }
  if (version.state === to || isPast(version.state, to)) return version;
  transition(version.state, to);
  return ports.registry.transition(key, {
    from: [version.state],
    to,
    actor,
    ...(reason === undefined ? {} : { reason }),
  });
}

function isPast(state: VersionState, to: VersionState): boolean {
  const goal = ROAD.indexOf(to);
  return goal >= 0 && ROAD.indexOf(state) > goal;
}

import { LifecycleError } from '../../domain/errors.js';
import type { IndexName } from '../../domain/ids.js';
import type { IndexSpec } from '../../domain/index-spec.js';
import type { IndexVersion } from '../../domain/version/version.js';
import type { Ports } from '../../ports/index.js';
import type { LogDisagreement } from '../../ports/ledger.js';

type RollbackPorts = Pick<Ports, 'registry' | 'log' | 'ledger' | 'toolbox'>;

export interface RollbackRequest {
  readonly index: IndexName;
  /** Go back although documents changed that the previous version does not hold. */
  readonly acceptStale: boolean;
  /** Go back although its query encoder does not answer: only callers with vectors of their own can search then. */
  readonly bareAliasOnly: boolean;
}

/** How many stale documents a listing shows at most. */
const STALE_LISTED = 1_000;

/**
 * Whether the previous version can serve again. A rollback never embeds, so what is stale stays stale until caught up.
 *
 * @throws {LifecycleError} `ROLLBACK_REFUSED` with the condition that is not met and the option that waives it.
 */
export async function checkRollback(ports: RollbackPorts, request: RollbackRequest): Promise<IndexVersion> {
  const target = await rollbackTarget(ports, request.index);
  if (!request.acceptStale) await requireNothingStale(ports, target);
  if (!request.bareAliasOnly) await requireEncoder(ports, target);
  return target;
}

/** The version a rollback goes to. */
async function rollbackTarget(ports: Pick<Ports, 'registry'>, index: IndexName): Promise<IndexVersion> {
  const row = await ports.registry.index(index);
  const target =
    row?.previous === undefined ? undefined : await ports.registry.version({ index, number: row.previous });
  if (target?.state === 'previous') return target;
  throw new LifecycleError('ROLLBACK_REFUSED', `Index "${index}" has no previous version to go back to`, {
    facts: { index },
    hint: `See its versions: cutover versions ${index}`,
  });
}

/** Documents whose latest change the version does not hold: what a rollback to it would take back. At most 1,000. */
export async function staleDocuments(
  ports: Pick<Ports, 'log' | 'ledger'>,
  version: Pick<IndexVersion, 'index' | 'number'>,
): Promise<readonly LogDisagreement[]> {
  const { head } = await ports.log.state(version.index);
  return ports.ledger.disagreements({ index: version.index, number: version.number }, head, STALE_LISTED);
}

async function requireNothingStale(ports: RollbackPorts, target: IndexVersion): Promise<void> {
  const stale = await staleDocuments(ports, target);
  if (stale.length === 0) return;
  const count = stale.length === STALE_LISTED ? `at least ${STALE_LISTED}` : String(stale.length);
  throw new LifecycleError(
    'ROLLBACK_REFUSED',
    `${count} documents changed since version ${target.number} of "${target.index}" was last caught up`,
    {
      facts: { version: target.number, stale: stale.length },
      hint: `To go back all the same: cutover rollback ${target.index} --accept-stale (lists them)`,
    },
  );
}

async function requireEncoder(ports: RollbackPorts, target: IndexVersion): Promise<void> {
  // Stored with the version, so the encoder of then answers, whatever is configured now.
  const { embedder } = target.config as unknown as IndexSpec;
  try {
    const vector = await ports.toolbox.embedder(embedder).embedQuery(target.probes.texts[0] ?? 'probe');
    if (vector.length === target.identity.embedder.dimensions) return;
    throw new LifecycleError('DIMENSION_MISMATCH', `it gives ${vector.length} components`);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LifecycleError(
      'ROLLBACK_REFUSED',
      `The query encoder of version ${target.number} of "${target.index}" does not answer: ${why}`,
      {
        cause,
        facts: { version: target.number },
        hint: `For callers that bring their own vectors: cutover rollback ${target.index} --bare-alias-only`,
      },
    );
  }
}

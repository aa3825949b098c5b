import { LifecycleError } from '../../domain/errors.js';
import type { IndexName, Revision } from '../../domain/ids.js';
import type { Ports } from '../../ports/index.js';

export interface FreezeRequest {
  readonly index: IndexName;
  /** Execution that freezes; asking again prolongs its own freeze. */
  readonly owner: string;
  /** Database time until it runs out by itself, milliseconds ≥ 1. */
  readonly forMs: number;
  /** A promotion takes a comparison's freeze over, which voids that comparison. */
  readonly replaces: boolean;
}

/**
 * Stop the log, so that two versions can stand at its head together.
 *
 * @returns the frozen head
 * @throws {LifecycleError} `LOG_FROZEN` (retryable) while another owner holds it.
 */
export async function freezeLog(ports: Pick<Ports, 'log'>, request: FreezeRequest): Promise<Revision> {
  const { index, owner, forMs, replaces } = request;
  const head = await ports.log.freeze(index, { owner, forMs, replaces });
  if (head !== undefined) return head;
  throw new LifecycleError('LOG_FROZEN', `The log of "${index}" is frozen by another execution`, {
    retryable: true,
    retryAfterMs: 2_000,
    facts: { index },
    hint: `It is released when that comparison or promotion ends: cutover status ${index}`,
  });
}

import type { ServiceName } from './child-spec.js';
import { configured, PARTS, type Part, type StackEnvironment } from './stack-environment.js';

export type StackPlan =
  /** Everything is somebody else's: there is nothing to start. */
  | { readonly kind: 'external' }
  | { readonly kind: 'start'; readonly services: readonly ServiceName[] }
  /** Some parts are configured and nobody said to start the others. */
  | { readonly kind: 'incomplete'; readonly missing: readonly Part[]; readonly configured: readonly Part[] };

/**
 * Which services a command may start.
 *
 * @param explicit  Whether a person asked for them (`cutover up`), and not merely a command that needs them:
 *   only then are parts added to a half-configured environment, where a forgotten variable is likelier.
 */
export function planStack(environment: StackEnvironment, explicit: boolean): StackPlan {
  const missing = PARTS.filter((part) => configured(environment, part) === undefined);
  const present = PARTS.filter((part) => !missing.includes(part));
  if (present.length === 0 || explicit) return { kind: 'start', services: [...missing, 'worker', 'gateway'] };
  return missing.length === 0 ? { kind: 'external' } : { kind: 'incomplete', missing, configured: present };
}

/** Services start in stages: what a stage needs runs before it. They stop the other way round. */
export const STAGES: readonly (readonly ServiceName[])[] = [
  ['postgres', 'temporal', 'vectors'],
  ['worker', 'gateway'],
];

const FIRST_DELAY_MS = 200;
/** A dead child is back within 5 s, so the pause alone stays below that however often it died. */
const LONGEST_DELAY_MS = 4_000;
const STABLE_MS = 30_000;

/**
 * How long to wait before a child that died is started again, milliseconds.
 *
 * @param failures  Deaths in a row so far, ≥ 1; see `countFailure`.
 */
export function restartDelayMs(failures: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** Math.max(0, failures - 1), LONGEST_DELAY_MS);
}

/**
 * Deaths in a row after one more.
 *
 * @param healthyForMs  How long it had been healthy; 30 s of that end a row.
 */
export function countFailure(failures: number, healthyForMs: number): number {
  return healthyForMs >= STABLE_MS ? 1 : failures + 1;
}

/** What a supervisor that died left of one service. */
export interface LeftOver {
  /** The recorded process still runs (same pid and start time), or one with the service's marker does. */
  readonly alive: boolean;
  /** It answers. */
  readonly healthy: boolean;
  /** A Node child: it ends by itself because its channel closed, and cannot be given a new one. */
  readonly ipc: boolean;
  /** It was started by the very command line we would use now. */
  readonly sameCommand: boolean;
}

/** Whether to go on with what is left of a service, end it, or find that nothing is left. */
export function planRecovery(left: LeftOver): 'adopt' | 'stop' | 'none' {
  if (!left.alive) return 'none';
  return left.healthy && left.sameCommand && !left.ipc ? 'adopt' : 'stop';
}

/**
 * Which vector server a home folder gets: a `qdrant` on PATH, unless the folder already holds
 * collections of the embedded server, which would seem to vanish the day somebody installs Qdrant.
 */
export function chooseVectorServer(facts: {
  readonly qdrantOnPath: boolean;
  readonly holdsEmbeddedData: boolean;
}): 'qdrant' | 'embedded' {
  return facts.qdrantOnPath && !facts.holdsEmbeddedData ? 'qdrant' : 'embedded';
}

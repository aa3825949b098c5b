import { LifecycleError } from '../errors.js';
import type { VersionState } from './version.js';

const NEXT: Readonly<Record<VersionState, readonly VersionState[]>> = {
  planned: ['building', 'failed', 'cancelled', 'rejected'],
  building: ['paused', 'built', 'failed', 'cancelled', 'rejected'],
  paused: ['building', 'failed', 'cancelled', 'rejected'],
  built: ['verified', 'failed', 'cancelled', 'rejected'],
  verified: ['compared', 'failed', 'cancelled', 'rejected'],
  compared: ['approved', 'failed', 'cancelled', 'rejected'],
  approved: ['live', 'failed', 'cancelled', 'rejected'],
  live: ['previous'],
  previous: ['live', 'retired'],
  failed: ['building', 'retired'],
  cancelled: ['retired'],
  rejected: ['retired'],
  retired: [],
};

/** Every legal step, for whoever has to write the same table down elsewhere (the registry's SQL constraint). */
export const ALLOWED_TRANSITIONS: readonly (readonly [VersionState, VersionState])[] = Object.entries(NEXT).flatMap(
  ([from, all]) => all.map((to) => [from as VersionState, to] as const),
);

/** States a version may move to next. */
export const allowedTransitions = (from: VersionState): readonly VersionState[] => NEXT[from];

/** States from which `to` can be reached in one step. */
export const statesBefore = (to: VersionState): readonly VersionState[] =>
  ALLOWED_TRANSITIONS.filter(([, next]) => next === to).map(([from]) => from);

/** Still on its way to being live: it occupies the index's candidate. */
export const isCandidateState = (state: VersionState): boolean => NEXT[state].includes('failed');

/**
 * Move a version one step. Asking for the state it is in already is harmless, so a step may be repeated.
 *
 * @throws {LifecycleError} `ILLEGAL_TRANSITION` when the step is not in the table.
 */
export function transition(from: VersionState, to: VersionState): VersionState {
  if (from === to || NEXT[from].includes(to)) return to;
  const allowed = NEXT[from].length === 0 ? 'nowhere' : NEXT[from].join(', ');
  throw new LifecycleError(
    'ILLEGAL_TRANSITION',
    `A version cannot go from ${from} to ${to}; from ${from} it may go to ${allowed}`,
    {
      facts: { from, to },
      hint: 'See its state with: cutover versions',
    },
  );
}

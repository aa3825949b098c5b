import { LifecycleError } from '../errors.js';
import type { AliasName, CollectionName, IndexName, VersionNumber } from '../ids.js';

/** One fenced move of an alias, as the registry has opened it. */
export interface FlipAlias {
  readonly index: IndexName;
  readonly alias: AliasName;
  /** Collection it serves before; null before the first promotion. */
  readonly from: CollectionName | null;
  readonly to: CollectionName;
  readonly fromVersion: VersionNumber | null;
  readonly toVersion: VersionNumber;
  /** Epoch of the open switch. */
  readonly epoch: number;
}

export type FlipOutcome = 'flip' | 'already-done';

/**
 * Decide whether an alias still has to move. Safe to ask again after a crash.
 *
 * @param current  Collection the alias serves now; undefined when there is no such alias.
 * @throws {LifecycleError} `ALIAS_CONFLICT` when the alias serves neither `from` nor `to`.
 */
export function planFlip(current: CollectionName | undefined, flip: FlipAlias): FlipOutcome {
  if (current === flip.to) return 'already-done';
  if ((current ?? null) === flip.from) return 'flip';
  throw new LifecycleError(
    'ALIAS_CONFLICT',
    `Cannot flip alias "${flip.alias}" to ${flip.to}: expected ${flip.from ?? 'no alias'}, found ${current ?? 'no alias'}`,
    {
      facts: { alias: flip.alias, expected: flip.from, found: current ?? null },
      hint: 'Somebody else moved it. The reconciler puts it back within seconds; then promote again.',
    },
  );
}

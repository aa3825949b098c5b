import type { CollectionName } from '../ids.js';
import type { IndexRow } from './index-row.js';

/** What the reconciler has read: first the row, then where the alias stands. */
export interface RoutingFacts {
  readonly row: IndexRow;
  /** Collection of the live version; undefined before the first promotion. */
  readonly live?: CollectionName;
  /** Collection of the version an open switch leads to. */
  readonly switchTo?: CollectionName;
  /** Collection the alias serves; undefined when there is no such alias. */
  readonly alias?: CollectionName;
  /** Database time, ISO 8601. */
  readonly now: string;
}

export type ReconcileAction =
  | { readonly kind: 'nothing' }
  /** The alias moved and whoever moved it did not say so: finish its flip. */
  | { readonly kind: 'commit'; readonly epoch: number }
  /** The flip never happened and its time is up. */
  | { readonly kind: 'clear'; readonly epoch: number }
  /** The alias drifted; it is pointed at the live version, once the row was read again and is unchanged. */
  | { readonly kind: 'reassert'; readonly to: CollectionName; readonly found?: CollectionName };

/** Whether the time of an open switch is up at `now`. */
export const isOverdue = (deadline: string, now: string): boolean => Date.parse(now) > Date.parse(deadline);

/** One row of the reconciler's table. An open switch is never overridden: it is finished, cleared, or waited for. */
export function planReconcile(facts: RoutingFacts): ReconcileAction {
  const { row, live, alias } = facts;
  if (row.switch !== undefined) {
    if (alias !== undefined && alias === facts.switchTo) return { kind: 'commit', epoch: row.switch.epoch };
    if (isOverdue(row.switch.deadline, facts.now)) return { kind: 'clear', epoch: row.switch.epoch };
    return { kind: 'nothing' };
  }
  if (live === undefined || alias === live) return { kind: 'nothing' };
  return { kind: 'reassert', to: live, ...(alias === undefined ? {} : { found: alias }) };
}

/** Whether two readings of a row route alike, so that what was decided on the first still holds on the second. */
export const routesAlike = (a: IndexRow, b: IndexRow): boolean =>
  a.live === b.live && a.epoch === b.epoch && a.switch?.epoch === b.switch?.epoch && a.alias === b.alias;

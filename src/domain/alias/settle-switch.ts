import type { IndexRow, OpenSwitch } from './index-row.js';

/** The row once a switch is open: a fresh epoch, and both ends on record before the alias moves. */
export const openSwitch = (row: IndexRow, open: OpenSwitch): IndexRow => ({ ...row, epoch: open.epoch, switch: open });

/** Result of settling a switch; unless it is a commit, nothing is to be written. */
export type SettledSwitch =
  { readonly kind: 'commit'; readonly row: IndexRow } | { readonly kind: 'already-done' } | { readonly kind: 'lost' };

/**
 * Step 4 of a flip, compare-and-set on the switch's epoch: what was going live is live, what was live is previous.
 * Repeating it is harmless; a switch that was cleared meanwhile is lost, because its epoch will never come back.
 */
export function commitSwitch(row: IndexRow, epoch: number): SettledSwitch {
  const open = row.switch;
  if (open?.epoch !== epoch) return { kind: row.liveEpoch === epoch ? 'already-done' : 'lost' };
  const settled: IndexRow = {
    ...row,
    live: open.to,
    liveEpoch: open.epoch,
    candidate: row.candidate === open.to ? undefined : row.candidate,
    previous: open.from,
    switch: undefined,
  };
  return { kind: 'commit', row: settled };
}

/**
 * Give up an open switch and raise the epoch, so that whoever opened it cannot commit it any more.
 *
 * @returns undefined when the open switch is another one, or none is open
 */
export const clearSwitch = (row: IndexRow, epoch: number): IndexRow | undefined =>
  row.switch?.epoch === epoch ? { ...row, epoch: row.epoch + 1, switch: undefined } : undefined;

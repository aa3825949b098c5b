import type { IndexName } from '../../domain/ids.js';
import type { IndexRow } from '../../domain/alias/index-row.js';
import { planReconcile, routesAlike, type ReconcileAction } from '../../domain/alias/reconcile.js';
import type { Ports } from '../../ports/index.js';

type ReconcilePorts = Pick<Ports, 'registry' | 'vectors'>;

const ACTOR = 'reconciler';

/** One pass over one index: read the row, then the alias, and do what the table says. Any number may run at once. */
export async function reconcileIndex(ports: ReconcilePorts, index: IndexName): Promise<ReconcileAction['kind']> {
  const row = await ports.registry.index(index);
  if (row === undefined || (row.live === undefined && row.switch === undefined)) return 'nothing';
  const action = await planFor(ports, row);
  await perform(ports, row, action);
  return action.kind;
}

async function planFor(ports: ReconcilePorts, row: IndexRow): Promise<ReconcileAction> {
  const collection = async (number: number | undefined) =>
    number === undefined ? undefined : (await ports.registry.version({ index: row.index, number }))?.collection;
  return planReconcile({
    row,
    live: await collection(row.live),
    switchTo: await collection(row.switch?.to),
    alias: await ports.vectors.resolveAlias(row.alias),
    now: await ports.registry.now(),
  });
}

async function perform(ports: ReconcilePorts, row: IndexRow, action: ReconcileAction): Promise<void> {
  switch (action.kind) {
    case 'nothing':
      return;
    case 'commit':
      await ports.registry.commitSwitch(row.index, action.epoch, ACTOR);
      return;
    case 'clear':
      await ports.registry.clearSwitch(row.index, action.epoch, 'its alias did not move before the deadline');
      return;
    case 'reassert':
      await reassert(ports, row, action);
  }
}

async function reassert(
  ports: ReconcilePorts,
  row: IndexRow,
  action: Extract<ReconcileAction, { kind: 'reassert' }>,
): Promise<void> {
  // The alias was read after the row: a flip may have been committed in between. Only what is still so is drift.
  const again = await ports.registry.index(row.index);
  if (again === undefined || !routesAlike(row, again)) return;
  await ports.registry.audit({
    index: row.index,
    actor: ACTOR,
    action: 'alias drifted',
    detail: { alias: row.alias, found: action.found ?? null, live: action.to, epoch: row.epoch },
  });
  await ports.vectors.pointAlias(row.alias, action.to);
}

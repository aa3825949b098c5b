import { CancellationScope } from '@temporalio/workflow';
import type { FlipResult, PromoteInput } from '../src/contracts/workflows.js';
import { ensureCaughtUp } from './caught-up.js';
import { finalFailure, rootFailure } from './failures.js';
import { flipAlias } from './flip.js';
import { executionId, label } from './labels.js';
import { brief, lengthy } from './proxies.js';

/** Longest a promotion keeps the log still, unless it asks again. */
const FREEZE_MS = 15 * 60_000;
/** How often a freeze may run out under a promotion before it gives up. */
const MAX_FREEZES = 5;

/** Move the alias to an approved candidate, with both versions at the frozen head of the log. */
export async function promote(input: PromoteInput): Promise<FlipResult> {
  const { index, version, actor } = input;
  const by = executionId();
  label({ index, version, phase: 'promoting' });
  try {
    await standAtFrozenHead(input, by);
    return await flipAlias({ index, to: version, by, actor, kind: 'promotion', overrideHold: null });
  } catch (error) {
    throw rootFailure(error);
  } finally {
    await CancellationScope.nonCancellable(() => brief.releaseLog({ index, owner: by }));
  }
}

/** Freeze, catch both up, verify the difference; asking for the freeze again tells whether it held that long. */
async function standAtFrozenHead(input: PromoteInput, owner: string): Promise<void> {
  const { index, version } = input;
  const freeze = () => brief.freezeLog({ index, owner, forMs: FREEZE_MS, replaces: true });
  const { live } = await brief.routing({ index });
  let head = await freeze();
  for (let attempt = 1; attempt <= MAX_FREEZES; attempt += 1) {
    await ensureCaughtUp(input, [live === version ? null : live, version], head);
    await lengthy.verifyVersion({ index, version, mode: 'difference' });
    const frozenHead = await freeze();
    if (frozenHead === head) return;
    head = frozenHead;
  }
  throw finalFailure(
    'NOT_CONVERGING',
    `The last catch-up of "${index}" v${version} did not end within ${FREEZE_MS / 60_000} minutes, ${MAX_FREEZES} times`,
    'Add workers for the embed queue, or pause whoever writes to the source.',
  );
}

import type { FlipResult, RollBackInput } from '../src/contracts/workflows.js';
import { rootFailure } from './failures.js';
import { flipAlias } from './flip.js';
import { executionId, label } from './labels.js';
import { brief } from './proxies.js';

/** Move the alias back to the previous version: no approval, no freeze, and nothing is embedded. */
export async function rollBack(input: RollBackInput): Promise<FlipResult> {
  const { index, actor, acceptStale, bareAliasOnly, overrideHold } = input;
  label({ index, phase: 'rolling-back' });
  try {
    const to = await brief.checkRollback({ index, acceptStale, bareAliasOnly });
    const flipped = await flipAlias({ index, to, by: executionId(), actor, kind: 'rollback', overrideHold });
    if (acceptStale) await catchUpAfterwards(input, to);
    return flipped;
  } catch (error) {
    throw rootFailure(error);
  }
}

/** What was stale is asked for, not waited for: the encoder that fell silent may be why we went back. */
async function catchUpAfterwards({ index, queues }: RollBackInput, version: number): Promise<void> {
  const revision = await brief.corpusHead({ index });
  await brief.requestCatchUp({ index, version, revision, queues });
}

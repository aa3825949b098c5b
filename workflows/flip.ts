import type { BeginFlipRequest } from '../src/contracts/activities.js';
import type { FlipResult } from '../src/contracts/workflows.js';
import type { FlipAlias } from '../src/domain/alias/plan-flip.js';
import { failureType } from './failures.js';
import { brief } from './proxies.js';

/** A flip that was overtaken is begun again from its first step; overtaken this often, somebody fights over the alias. */
const MAX_ATTEMPTS = 5;

/** The fenced flip, forward or back: open the switch, move the alias, read it back, make it official. */
export async function flipAlias(request: BeginFlipRequest): Promise<FlipResult> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await flipOnce(request);
    } catch (error) {
      if (failureType(error) !== 'FLIP_LOST' || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function flipOnce(request: BeginFlipRequest): Promise<FlipResult> {
  const { done, flip } = await brief.beginFlip(request); // fence: epoch, approval, hold, both at the head
  if (done) return flipResult(flip);
  await brief.pointAlias(flip);
  await brief.readAliasBack(flip);
  await brief.commitFlip({ flip, actor: request.actor });
  return flipResult(flip);
}

const flipResult = ({ alias, fromVersion, toVersion, epoch }: FlipAlias): FlipResult => ({
  alias,
  from: fromVersion,
  to: toVersion,
  epoch,
});

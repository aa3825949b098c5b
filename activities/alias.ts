import { indexName } from '../src/domain/ids.js';
import type { FlipAlias, FlipOutcome } from '../src/domain/alias/plan-flip.js';
import type {
  BeginFlipRequest,
  BegunFlip,
  CommitFlipRequest,
  IndexRef,
  RollbackCheck,
  Routing,
} from '../src/contracts/activities.js';
import type { Ports } from '../src/ports/index.js';
import { checkRollback } from '../src/use-cases/promote/check-rollback.js';
import { beginFlip, commitFlip, pointAlias, readAliasBack } from '../src/use-cases/promote/flip-alias.js';

/** The four steps of a flip, and what has to be known before. */
export const createAliasActivities = (ports: Ports) => ({
  async routing({ index }: IndexRef): Promise<Routing> {
    const row = await ports.registry.index(indexName(index));
    return { live: row?.live ?? null, previous: row?.previous ?? null };
  },

  async beginFlip({ index, overrideHold, ...request }: BeginFlipRequest): Promise<BegunFlip> {
    const override = overrideHold === null ? {} : { overrideHold };
    return beginFlip(ports, { index: indexName(index), ...request, ...override });
  },

  async pointAlias(flip: FlipAlias): Promise<FlipOutcome> {
    return pointAlias(ports, flip);
  },

  async readAliasBack(flip: FlipAlias): Promise<void> {
    await readAliasBack(ports, flip);
  },

  async commitFlip({ flip, actor }: CommitFlipRequest): Promise<void> {
    await commitFlip(ports, flip, actor);
  },

  /** @returns the version a rollback goes to */
  async checkRollback({ index, ...request }: RollbackCheck): Promise<number> {
    const target = await checkRollback(ports, { index: indexName(index), ...request });
    return target.number;
  },
});

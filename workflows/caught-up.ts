import type { Queues } from '../src/contracts/workflows.js';
import { finalFailure } from './failures.js';
import { brief, lengthy } from './proxies.js';

interface Subject {
  readonly index: string;
  readonly queues: Queues;
}

/** Rounds of catch-up before a log that grows as fast as it is applied is called one that does not converge. */
const MAX_ROUNDS = 10;

/** Have versions reach a revision, each by its own catch-up; ends with the type of one that stops short. */
export async function ensureCaughtUp(
  { index, queues }: Subject,
  versions: readonly (number | null)[],
  revision: number,
): Promise<void> {
  const numbers = versions.filter((version) => version !== null);
  await Promise.all(
    numbers.map(async (version) => {
      await brief.requestCatchUp({ index, version, revision, queues });
      await lengthy.awaitCatchUp({ index, version, revision, queues });
    }),
  );
}

/** Round after round, until nothing was added while the last one ran. */
export async function catchUpToHead(subject: Subject, version: number): Promise<void> {
  const heads: number[] = [await brief.corpusHead({ index: subject.index })];
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    await ensureCaughtUp(subject, [version], heads.at(-1)!);
    const head = await brief.corpusHead({ index: subject.index });
    if (head === heads.at(-1)) return;
    heads.push(head);
  }
  const rates = heads.slice(1).map((head, at) => head - heads[at]!);
  throw finalFailure(
    'NOT_CONVERGING',
    `Version ${version} of "${subject.index}" does not catch up with its log: after each of ${MAX_ROUNDS} rounds it had grown by ${rates.join(', ')} revisions`,
    'Add workers for the embed queue, or pause whoever writes to the source.',
  );
}

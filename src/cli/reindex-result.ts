import type { ReindexProgress, ReindexResult } from '../contracts/workflows.js';
import type { JsonObject } from '../domain/json.js';
import type { CommandContext } from './context.js';
import type { CommandResult } from './command.js';
import { formatCount, formatDuration } from './output/index.js';
import { reviewText } from './review-run.js';

/** The last line of `reindex`, `approve` and `reject` once the work has ended. */
export async function endResult(
  context: CommandContext,
  end: {
    readonly index: string;
    readonly result: ReindexResult;
    readonly seconds: number;
    readonly decided?: 'approved' | 'rejected';
  },
): Promise<CommandResult> {
  const { index, result, seconds } = end;
  const review = result.comparisonId && !end.decided ? await reviewText(context, result.comparisonId) : undefined;
  return {
    exitCode: endCode(result, end.decided),
    fields: resultFields(result, seconds),
    text: [review, endSentence(index, result, seconds)].filter(Boolean).join('\n\n'),
  };
}

/** A refusal that somebody asked for is done; one by the gate is 3. */
function endCode(result: ReindexResult, decided: string | undefined): 0 | 1 | 3 {
  if (result.outcome === 'rejected') return decided === 'rejected' ? 0 : 3;
  return result.outcome === 'expired' ? 1 : 0;
}

function resultFields(result: ReindexResult, seconds: number): JsonObject {
  return { ...result, seconds: Math.round(seconds * 10) / 10, costUsd: 0 };
}

function endSentence(index: string, result: ReindexResult, seconds: number): string {
  const built =
    `${formatCount(result.documents)} documents, ${formatCount(result.chunks)} chunks, ` +
    `${formatCount(result.embedded)} embedded, ${formatCount(result.cacheHits)} from the cache, ` +
    `${formatCount(result.quarantined)} quarantined, in ${formatDuration(seconds * 1000)}`;
  switch (result.outcome) {
    case 'nothing-to-do':
      return `Nothing to do: "${index}" is up to date with its source and configuration. 0 texts were embedded.`;
    case 'promoted':
      return `v${result.version} is live: ${built}.${result.verdict === null ? '' : `\nUndo it with \`cutover rollback ${index}\`.`}`;
    case 'rejected':
      return `v${result.version} was rejected; the alias did not move (${built}).`;
    case 'expired':
      return `Nobody decided in time: v${result.version} was rejected; the alias did not move.`;
    case 'refreshed':
      return `The configuration is unchanged: v${result.version} was brought up to date with its source (${built}).`;
  }
}

/** Work that waits for a person: the evidence, and the commands that answer. */
export async function waitingResult(
  context: CommandContext,
  waiting: { readonly index: string; readonly progress: ReindexProgress; readonly seconds: number },
): Promise<CommandResult> {
  const { index, progress, seconds } = waiting;
  const review = progress.comparisonId ? await reviewText(context, progress.comparisonId) : undefined;
  return {
    exitCode: progress.verdict === 'FAIL' ? 3 : 4,
    fields: {
      index,
      version: progress.version,
      state: 'compared',
      verdict: progress.verdict,
      comparisonId: progress.comparisonId,
      promoted: false,
      seconds: Math.round(seconds * 10) / 10,
    },
    text: [review, waitingSentence(index, progress)].filter(Boolean).join('\n\n'),
  };
}

function waitingSentence(index: string, { version, verdict, decisionDeadline }: ReindexProgress): string {
  const approve =
    {
      PASS: `cutover approve ${index}`,
      FAIL: `cutover approve ${index} --override --reason "..."`,
    }[verdict ?? 'PASS'] ?? `cutover approve ${index} --reason "..."`;
  const until = decisionDeadline ? ` until ${decisionDeadline}` : '';
  return [
    `v${version} waits for a decision${until}.`,
    `  let it go live   ${approve}`,
    `  refuse it        cutover reject ${index} --reason "..."`,
  ].join('\n');
}

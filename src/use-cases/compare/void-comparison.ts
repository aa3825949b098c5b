import { LifecycleError } from '../../domain/errors.js';
import type { IndexName } from '../../domain/ids.js';
import type { Reason } from '../../domain/gate/verdict.js';

/** Integrity is broken: there is no verdict, and the candidate stays what it is. */
export function voidComparison(index: IndexName, problems: readonly Reason[]): LifecycleError {
  const notVerified = problems.some(({ code }) => code === 'NOT_VERIFIED');
  return new LifecycleError(
    'COMPARISON_VOID',
    `The comparison is void: ${problems.map(({ text }) => text).join('; ')}`,
    {
      hint: notVerified
        ? `Verify first: \`cutover verify ${index}\`.`
        : `Nothing was decided. Compare again: \`cutover reindex ${index}\`.`,
      facts: { index, problems: problems.map(({ code }) => code) },
    },
  );
}

/**
 * Run one question to a side. A question that fails is not an empty answer: it voids the whole comparison,
 * retryable when the failure was.
 */
export async function ask<T>(what: string, signal: AbortSignal | undefined, question: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await question();
  } catch (error) {
    if (signal?.aborted) throw error;
    const known = error instanceof LifecycleError ? error : undefined;
    throw new LifecycleError(
      'COMPARISON_VOID',
      `The comparison is void: ${what} failed: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
        retryable: known?.retryable ?? false,
        hint:
          known?.hint ?? 'A failed query is no empty answer, so nothing was decided. Put it right and compare again.',
        facts: { cause: known?.code ?? 'unknown' },
        ...(known?.retryAfterMs === undefined ? {} : { retryAfterMs: known.retryAfterMs }),
      },
    );
  }
}

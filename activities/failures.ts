import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { LifecycleError } from '../src/domain/errors.js';

/** An error nobody foresaw is repeated a few times (it may be the weather), then it is a bug and ends the work. */
const UNFORESEEN_ATTEMPTS = 5;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- activities differ in their arguments; the wrapper passes them on
type Activity = (...args: any[]) => Promise<unknown>;

/** Give every activity the same way out: our errors as Temporal failures with their code, cancellation as it is. */
export function translateFailures<T extends Readonly<Record<string, Activity>>>(activities: T): T {
  const translated = Object.entries(activities).map(([name, activity]) => [name, withFailures(activity)]);
  return Object.fromEntries(translated) as T;
}

function withFailures(activity: Activity): Activity {
  return async (...args) => {
    try {
      return await activity(...args);
    } catch (error) {
      throw toFailure(error);
    }
  };
}

function toFailure(error: unknown): unknown {
  const { cancellationSignal, info } = Context.current();
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (error instanceof LifecycleError) return lifecycleFailure(error);
  // Whatever a cancelled activity trips over on its way out, it ended because it was cancelled.
  if (cancellationSignal.aborted) return cancellationSignal.reason;
  return ApplicationFailure.create({
    type: 'INTERNAL',
    message: error instanceof Error ? error.message : String(error),
    nonRetryable: info.attempt >= UNFORESEEN_ATTEMPTS,
    cause: error instanceof Error ? error : undefined,
  });
}

function lifecycleFailure(error: LifecycleError): ApplicationFailure {
  return ApplicationFailure.create({
    type: error.code,
    message: error.message,
    nonRetryable: !error.retryable,
    details: [{ facts: error.facts, hint: error.hint ?? null }],
    nextRetryDelay: error.retryable ? error.retryAfterMs : undefined,
    cause: error.cause instanceof Error ? error.cause : undefined,
  });
}

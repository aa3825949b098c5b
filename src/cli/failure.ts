import { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, CancelledFailure, ChildWorkflowFailure } from '@temporalio/common';
import { FAILURE_CODES, LifecycleError } from '../domain/errors.js';
import type { JsonObject } from '../domain/json.js';

/** Codes that a person puts right before anything was tried. */
const USAGE_CODES: ReadonlySet<string> = new Set(['USAGE', 'CONFIG_INVALID', 'STACK_INCOMPLETE']);

/** 0 is not among them: 2 bad usage or configuration, 3 the gate said FAIL, 1 anything else. */
export function exitCodeFor(failure: LifecycleError): 1 | 2 {
  return USAGE_CODES.has(failure.code) ? 2 : 1;
}

/** Whatever was thrown, as an error of ours: code, message and the next step. */
export function asFailure(error: unknown): LifecycleError {
  if (error instanceof LifecycleError) return error;
  const cause = innermost(error);
  if (cause instanceof CancelledFailure)
    return new LifecycleError('CANCELLED', 'The work was cancelled', { cause: error });
  if (cause instanceof ApplicationFailure) return fromApplication(cause);
  const message = cause instanceof Error ? cause.message : String(cause);
  return new LifecycleError('INTERNAL', message, { cause: error, hint: 'See `cutover logs worker`.' });
}

function innermost(error: unknown): unknown {
  let current = error;
  while (
    (current instanceof WorkflowFailedError ||
      current instanceof ActivityFailure ||
      current instanceof ChildWorkflowFailure) &&
    current.cause
  ) {
    current = current.cause;
  }
  return current;
}

/** Details are `[{ facts, hint }]`, as activities and workflows write them. */
function fromApplication(failure: ApplicationFailure): LifecycleError {
  const code = FAILURE_CODES.find((known) => known === failure.type) ?? 'INTERNAL';
  const { facts, hint } = (failure.details?.[0] ?? {}) as { readonly facts?: JsonObject; readonly hint?: unknown };
  return new LifecycleError(code, failure.message, {
    cause: failure,
    facts,
    hint: typeof hint === 'string' ? hint : undefined,
  });
}

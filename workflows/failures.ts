import { ApplicationFailure, CancelledFailure, isCancellation, TemporalFailure } from '@temporalio/workflow';
import { LifecycleError, type FailureCode } from '../src/domain/errors.js';

/** The failure as an activity raised it, out of the layers in which the server wraps it. */
export function rootFailure(error: unknown): unknown {
  if (error instanceof ApplicationFailure || isCancellation(error)) return error;
  if (error instanceof TemporalFailure && error.cause instanceof TemporalFailure) return rootFailure(error.cause);
  return error;
}

/** Stable type of a failure; `INTERNAL` for one that has none. */
export function failureType(error: unknown): string {
  if (isCancellation(error) || error instanceof CancelledFailure) return 'CANCELLED';
  const root = rootFailure(error);
  return (root instanceof ApplicationFailure ? root.type : undefined) ?? 'INTERNAL';
}

export function failureMessage(error: unknown): string {
  const root = rootFailure(error);
  return root instanceof Error ? root.message : String(root);
}

/** The next step, as whoever failed wrote it; undefined when it gave none. */
export function failureHint(error: unknown): string | undefined {
  const root = rootFailure(error);
  const detail: unknown = root instanceof ApplicationFailure ? root.details?.[0] : undefined;
  const hint = (detail as { readonly hint?: unknown } | null | undefined)?.hint;
  return typeof hint === 'string' ? hint : undefined;
}

export const finalFailure = (type: FailureCode, message: string, hint: string): ApplicationFailure =>
  ApplicationFailure.create({ type, message, nonRetryable: true, details: [{ facts: {}, hint }] });

/** A refusal of the domain as a failure that leaves the workflow with its code and hint. */
export function asFailure(error: unknown): unknown {
  if (!(error instanceof LifecycleError)) return error;
  return ApplicationFailure.create({
    type: error.code,
    message: error.message,
    nonRetryable: true,
    details: [{ facts: error.facts, hint: error.hint ?? null }],
  });
}

import type { FailureCode } from '../../domain/errors.js';
import { FAILURE_CODES, LifecycleError } from '../../domain/errors.js';

/** What a person or a script is told of a failure. */
export interface ErrorText {
  readonly code: FailureCode;
  readonly message: string;
  readonly hint: string | undefined;
}

/** The nearest error of ours, also below the wrappers that a workflow's failure arrives in. */
export function describeError(error: unknown): ErrorText {
  for (let found: unknown = error; found instanceof Error; found = found.cause) {
    if (found instanceof LifecycleError) return { code: found.code, message: found.message, hint: found.hint };
    if (isCommander(found)) return { code: 'USAGE', message: found.message.replace(/^error: /, ''), hint: undefined };
    const type = 'type' in found ? found.type : undefined;
    if (isCode(type)) return { code: type, message: found.message, hint: hintOf(found) };
  }
  const message = error instanceof Error ? error.message || error.name : String(error);
  return { code: 'INTERNAL', message, hint: 'This should not happen. `cutover logs` may say more.' };
}

/**
 * 0 when help was asked for, 2 for bad usage or configuration, 1 for every other failure. What the gate
 * said (3) and who is waited for (4) are no failures: commands say so in their results.
 */
export function exitCodeFor(error: unknown): 0 | 1 | 2 {
  if (isCommander(error)) return error.exitCode === 0 ? 0 : 2;
  const { code } = describeError(error);
  return code === 'USAGE' || code === 'CONFIG_INVALID' || code === 'STACK_INCOMPLETE' ? 2 : 1;
}

function isCommander(error: unknown): error is Error & { readonly exitCode: number } {
  return (
    error instanceof Error && 'code' in error && 'exitCode' in error && String(error.code).startsWith('commander.')
  );
}

const isCode = (value: unknown): value is FailureCode => (FAILURE_CODES as readonly unknown[]).includes(value);

/** Failures that come out of a workflow carry the hint among their details. */
function hintOf(error: Error): string | undefined {
  const details: unknown = 'details' in error ? error.details : undefined;
  const first: unknown = Array.isArray(details) ? details[0] : undefined;
  const hint = typeof first === 'object' && first !== null && 'hint' in first ? first.hint : undefined;
  return typeof hint === 'string' ? hint : undefined;
}

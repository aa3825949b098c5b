import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { DecideInput } from '../contracts/workflows.js';
import { FAILURE_CODES, LifecycleError, type FailureCode } from '../domain/errors.js';
import type { ReindexHandle } from './reindex-run.js';

/** Answer a waiting comparison; the workflow checks it synchronously and may refuse. */
export async function sendDecision(handle: ReindexHandle, input: DecideInput): Promise<void> {
  try {
    await handle.executeUpdate<void, [DecideInput]>('decide', { args: [input], updateId: randomUUID() });
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    throw refusal(error);
  }
}

/** The validator's refusal, with its code and hint as they left the workflow. */
function refusal(error: WorkflowUpdateFailedError): LifecycleError {
  const cause = error.cause as (Error & { type?: string }) | undefined;
  const code = FAILURE_CODES.find((known) => known === cause?.type) ?? ('DECISION_REFUSED' satisfies FailureCode);
  return new LifecycleError(code, cause?.message ?? error.message, { cause: error });
}

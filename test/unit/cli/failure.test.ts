import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { asFailure } from '../../../src/cli/failure.js';

describe('asFailure()', () => {
  // The hint stood in the first detail and was looked for in the second: nobody was ever told the next step.
  test('keeps code, facts and hint of what failed inside a workflow', () => {
    const root = ApplicationFailure.create({
      type: 'AUTH_FAILED',
      message: 'The embedding server refuses the key (401)',
      details: [{ facts: { status: 401 }, hint: 'cutover down && cutover up' }],
    });
    const failed = new WorkflowFailedError('Workflow execution failed', root, 'NON_RETRYABLE_FAILURE');
    expect(asFailure(failed)).toMatchObject({
      code: 'AUTH_FAILED',
      message: 'The embedding server refuses the key (401)',
      hint: 'cutover down && cutover up',
      facts: { status: 401 },
    });
  });

  test('does without details, and without a hint', () => {
    expect(asFailure(ApplicationFailure.create({ type: 'ON_HOLD', message: 'held' }))).toMatchObject({
      code: 'ON_HOLD',
      hint: undefined,
    });
    const silent = ApplicationFailure.create({
      type: 'ON_HOLD',
      message: 'held',
      details: [{ facts: {}, hint: null }],
    });
    expect(asFailure(silent).hint).toBeUndefined();
  });
});

import { defineSearchAttributeKey } from '@temporalio/common';
import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES } from '../src/contracts/workflows.js';

const INDEX = defineSearchAttributeKey(SEARCH_ATTRIBUTES.index.name, SEARCH_ATTRIBUTES.index.type);
const VERSION = defineSearchAttributeKey(SEARCH_ATTRIBUTES.version.name, SEARCH_ATTRIBUTES.version.type);
const PHASE = defineSearchAttributeKey(SEARCH_ATTRIBUTES.phase.name, SEARCH_ATTRIBUTES.phase.type);

/** Say for lists and dashboards what this execution is about; one event in its history. */
export function label(about: {
  readonly index: string;
  readonly version?: number | null;
  readonly phase: string;
}): void {
  const version = about.version ?? undefined;
  upsertSearchAttributes([
    { key: INDEX, value: about.index },
    ...(version === undefined ? [] : [{ key: VERSION, value: version }]),
    { key: PHASE, value: about.phase },
  ]);
}

/** Names this very execution: what it opens or freezes is its own, and nobody else's. */
export function executionId(): string {
  const { workflowId, runId } = workflowInfo();
  return `${workflowId}/${runId}`;
}

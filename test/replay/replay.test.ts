import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';

const folder = new URL('./histories/', import.meta.url);
const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));

/** Histories as the server wrote them; one per workflow, and more as releases go by. */
const recorded = (await readdir(folder)).filter((file) => file.endsWith('.json'));
const historyOf = async (file: string): Promise<RecordedHistory> =>
  JSON.parse(await readFile(new URL(file, folder), 'utf8')) as RecordedHistory;

interface RecordedHistory {
  readonly events: { readonly eventType: string; readonly activityTaskScheduledEventAttributes?: object }[];
}

let workflowBundle: WorkflowBundle;
beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
  });
  workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
});

describe('recorded histories', () => {
  test('there is one of every workflow', () => {
    const types = new Set(recorded.map((file) => file.split('.')[0]));
    expect([...types].sort()).toEqual(['catchUp', 'promote', 'reindex', 'rollBack', 'scan']);
  });

  test.each(recorded)('%s is replayed without a step that differs', async (file) => {
    await Worker.runReplayHistory({ workflowBundle }, await historyOf(file));
  });

  test('a history whose first activity is another one does not replay, so the test can fail', async () => {
    const history = await historyOf('scan.json');
    const scheduled = history.events.find((event) => event.activityTaskScheduledEventAttributes !== undefined);
    Object.assign(scheduled!.activityTaskScheduledEventAttributes!, { activityType: { name: 'corpusHead' } });
    await expect(Worker.runReplayHistory({ workflowBundle }, history)).rejects.toThrow(/[Nn]ondeterminism|TMPRL1100/);
  });

  test('they name no machine', async () => {
    for (const file of recorded) {
      const text = await readFile(new URL(file, folder), 'utf8');
      expect(text).not.toMatch(/"identity": "\d+@/);
    }
  });
});

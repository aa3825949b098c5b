import { TestWorkflowEnvironment } from '@temporalio/testing';

/**
 * Let Temporal's own SDK fetch the dev server into a folder: it does so when it starts one, so one is
 * started on a free port and stopped. A process of its own, because the native call cannot be interrupted.
 */
const [folder, version] = process.argv.slice(2);
if (folder === undefined || version === undefined) throw new TypeError('usage: sdk-download-main <folder> <version>');

const environment = await TestWorkflowEnvironment.createLocal({
  server: { executable: { type: 'cached-download', downloadDir: folder, version: `v${version}` } },
});
await environment.teardown();
process.exit(0);

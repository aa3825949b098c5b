import { realpath } from 'node:fs/promises';
import { readRecord } from './stack-record.js';
import { serviceStatuses, type ServiceStatus } from './stack-state.js';
import type { StackEnvironment } from './stack-environment.js';

/** What runs for a home folder, and whether the configured parts can be reached. Starts and changes nothing. */
export async function stackStatus(
  home: string,
  environment: StackEnvironment,
): Promise<{ readonly services: readonly ServiceStatus[] }> {
  const real = await realpath(home).catch(() => undefined);
  const record = real === undefined ? undefined : await readRecord(real);
  return { services: await serviceStatuses(environment, record) };
}

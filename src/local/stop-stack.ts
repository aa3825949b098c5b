import { realpath } from 'node:fs/promises';
import type { ServiceName } from './child-spec.js';
import { withHomeLock } from './home-folder.js';
import { endProcess, findByCommand, isAlive } from './process-identity.js';
import { STAGES } from './stack-plan.js';
import { readRecord, writeRecord, type ServiceRecord } from './stack-record.js';

/** Longer than the supervisor needs to stop its slowest child by force. */
const SUPERVISOR_GRACE_MS = 75_000;
const CHILD_GRACE_MS = 10_000;

/**
 * Stop every process of a home folder's stack, in order, whoever looks after them. Data stays.
 *
 * @returns Names of the services that ran.
 */
export async function stopStack(home: string): Promise<readonly ServiceName[]> {
  const real = await realpath(home).catch(() => undefined);
  if (real === undefined || (await readRecord(real)) === undefined) return [];
  return withHomeLock(real, () => stopRecorded(real));
}

async function stopRecorded(home: string): Promise<readonly ServiceName[]> {
  const record = await readRecord(home);
  if (record === undefined) return [];
  const running = record.services.filter((service) => isAlive(service.process)).map(({ name }) => name);
  if (isAlive(record.supervisor)) {
    await endProcess(record.supervisor, { signal: 'SIGTERM', graceMs: SUPERVISOR_GRACE_MS });
  }
  const left = (await readRecord(home)) ?? record;
  for (const stage of [...STAGES].reverse()) {
    await Promise.all(left.services.filter(({ name }) => stage.includes(name)).map(endService));
  }
  const services = left.services.map((service) => ({ ...service, process: null, state: 'stopped' as const }));
  await writeRecord(home, {
    ...left,
    phase: left.phase === 'failed' ? 'failed' : 'stopped',
    supervisor: null,
    services,
  });
  return running;
}

async function endService(service: ServiceRecord): Promise<void> {
  const recorded = service.process === null ? [] : [service.process];
  // A supervisor that was killed may not have come round to writing down its last start.
  const marked = service.marker === null ? [] : findByCommand(service.command, service.marker);
  for (const found of [...recorded, ...marked]) {
    await endProcess(found, { signal: service.stopSignal as NodeJS.Signals, graceMs: CHILD_GRACE_MS });
  }
}

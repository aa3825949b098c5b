import type { ServiceStatus } from '../local/index.js';
import type { CommandResult } from './command.js';
import { table } from './output/index.js';

/** The services of the stack, as `up` and `status` end with them. */
export function servicesResult(services: readonly ServiceStatus[]): CommandResult {
  return {
    fields: { services: services.map(({ name, url, pid }) => ({ name, url, pid: pid ?? null })) },
    text: table(
      ['service', 'where', 'pid'],
      services.map(({ name, url, pid }) => [name, url, pid === undefined ? 'external' : String(pid)]),
    ),
  };
}

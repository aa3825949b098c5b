import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { SERVICE_NAMES, type ServiceName } from './child-spec.js';
import { isAlive } from './process-identity.js';
import { configured, PARTS, type Part, type StackEnvironment } from './stack-environment.js';
import { databaseUrlFile, type ServiceRecord, type StackRecord } from './stack-record.js';

export interface ServiceStatus {
  readonly name: ServiceName;
  /** Where it answers, without credentials; empty for the worker, which nobody calls. */
  readonly url: string;
  /** Absent for a part that is not ours. */
  readonly pid?: number;
  readonly state: ServiceRecord['state'] | 'external' | 'unreachable' | 'orphaned';
}

/** Where a command finds the parts it needs. */
export interface StackState {
  /** With credentials: not for printing. */
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly vectorsUrl: string;
  /** Undefined when everything is configured and no gateway of ours runs. */
  readonly gatewayUrl: string | undefined;
  readonly services: readonly ServiceStatus[];
}

/** Put together what is configured and what a running supervisor provides. */
export async function stackState(
  home: string,
  environment: StackEnvironment,
  record: StackRecord | undefined,
): Promise<StackState> {
  const urlOf = (name: ServiceName): string | undefined =>
    record?.services.find((service) => service.name === name)?.url ?? undefined;
  return {
    databaseUrl: configured(environment, 'postgres') ?? (await readFile(databaseUrlFile(home), 'utf8')).trim(),
    temporalAddress: configured(environment, 'temporal') ?? urlOf('temporal') ?? '',
    vectorsUrl: configured(environment, 'vectors') ?? urlOf('vectors') ?? '',
    gatewayUrl: urlOf('gateway'),
    services: await serviceStatuses(environment, record),
  };
}

/** What runs, in the order of starting: our services and the configured parts. */
export async function serviceStatuses(
  environment: StackEnvironment,
  record: StackRecord | undefined,
): Promise<readonly ServiceStatus[]> {
  const own = (record?.services ?? []).flatMap((service) => statusOf(service, isAlive(record?.supervisor)) ?? []);
  const external = await Promise.all(
    PARTS.filter((part) => configured(environment, part) !== undefined).map((part) =>
      externalStatus(part, configured(environment, part) ?? ''),
    ),
  );
  return SERVICE_NAMES.flatMap(
    (name) => external.find((status) => status.name === name) ?? own.find((status) => status.name === name) ?? [],
  );
}

function statusOf(service: ServiceRecord, supervised: boolean): ServiceStatus | undefined {
  const process = isAlive(service.process) ? service.process : undefined;
  if (!supervised && process === undefined) return undefined;
  return {
    name: service.name,
    url: service.url ?? '',
    ...(process !== undefined && { pid: process.pid }),
    state: supervised ? service.state : 'orphaned',
  };
}

const CONNECT_LIMIT_MS = 1_500;
const DEFAULT_PORTS: Readonly<Record<Part, number>> = { postgres: 5432, temporal: 7233, vectors: 6333 };

/** Whether a configured part accepts connections, and its address without credentials. */
export async function externalStatus(part: Part, value: string): Promise<ServiceStatus> {
  const url = new URL(part === 'temporal' ? `tcp://${value}` : value);
  const port = url.port === '' ? defaultPort(part, url) : Number(url.port);
  const reachable = await accepts(url.hostname.replace(/^\[|\]$/g, ''), port);
  const shown = part === 'temporal' ? value : `${url.protocol}//${url.host}${url.pathname.replace(/\/$/, '')}`;
  return { name: part, url: shown, state: reachable ? 'external' : 'unreachable' };
}

function defaultPort(part: Part, url: URL): number {
  return { 'https:': 443, 'http:': 80 }[url.protocol] ?? DEFAULT_PORTS[part];
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.setTimeout(CONNECT_LIMIT_MS, () => settle(false));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

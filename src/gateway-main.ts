import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { createGateway } from './api/gateway.js';
import { openPorts } from './composition.js';
import { readEnvironment, type Environment } from './config/index.js';
import { modelFolders } from './config/folders.js';
import { LifecycleError } from './domain/errors.js';
import { aborted, announceReady, described, log, runAsProcess, stopSignal } from './service-process.js';
import { reconcilerLoop } from './use-cases/reconcile/reconciler-loop.js';

export interface GatewayProcess {
  readonly stack: { readonly databaseUrl: string; readonly vectorsUrl: string };
  readonly environment: Environment;
  /** 0 takes a free one. */
  readonly port: number;
}

/** Searches under way have this long to end. */
const DRAIN_MS = 5000;

/** Serve searches and keep aliases where the registry says, until asked to stop. */
export async function runGatewayProcess({ stack, environment, port }: GatewayProcess): Promise<void> {
  const ports = await openPorts({
    databaseUrl: stack.databaseUrl,
    vectorsUrl: stack.vectorsUrl,
    vectorsApiKey: environment.qdrantApiKey,
    modelFolders: modelFolders(environment),
    environment: process.env,
  });
  const stop = stopSignal();
  const app = createGateway(ports, {
    onError: (error, request) => log('request failed', { ...request, ...described(error) }),
  });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  try {
    const address = await listen(server, { host: environment.gatewayHost, port });
    log('serving', { url: `http://${address.address}:${address.port}` });
    const reconciling = reconcilerLoop({
      ports,
      signal: stop,
      onError: (error) => log('reconciling failed', described(error)),
    });
    const fallSilent = announceReady({ port: address.port });
    await aborted(stop);
    fallSilent();
    await drain(server);
    await reconciling;
  } finally {
    await ports.close();
    log('stopped', {});
  }
}

function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: Error) =>
      reject(
        new LifecycleError('SERVICE_UNAVAILABLE', `Cannot listen on ${host}:${port}: ${cause.message}`, { cause }),
      ),
    );
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
}

async function drain(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(late);
}

async function main(): Promise<void> {
  const environment = readEnvironment(process.env);
  const { databaseUrl, qdrantUrl: vectorsUrl, gatewayPort: port } = environment;
  if (!databaseUrl || !vectorsUrl) {
    throw new LifecycleError('STACK_INCOMPLETE', 'The gateway needs DATABASE_URL and QDRANT_URL', {
      hint: 'Set both, or use `cutover serve`, which starts what is missing.',
    });
  }
  await runGatewayProcess({ stack: { databaseUrl, vectorsUrl }, environment, port });
}

runAsProcess(import.meta.url, main);

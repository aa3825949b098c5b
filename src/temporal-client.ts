import { Client, Connection } from '@temporalio/client';
import { LifecycleError } from './domain/errors.js';

const CONNECT_TIMEOUT_MS = 10_000;

/** @throws {LifecycleError} `SERVICE_UNAVAILABLE` when nothing answers at the address. */
export async function connectTemporal(
  stack: { readonly temporalAddress: string },
  namespace: string,
): Promise<{ readonly client: Client; close(): Promise<void> }> {
  try {
    const connection = await Connection.connect({
      address: stack.temporalAddress,
      connectTimeout: CONNECT_TIMEOUT_MS,
    });
    return { client: new Client({ connection, namespace }), close: () => connection.close() };
  } catch (cause) {
    throw new LifecycleError('SERVICE_UNAVAILABLE', `Temporal does not answer at ${stack.temporalAddress}`, {
      retryable: true,
      hint: 'See `cutover status` and `cutover logs temporal`.',
      cause,
    });
  }
}

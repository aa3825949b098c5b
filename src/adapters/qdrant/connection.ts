import { QdrantClient } from '@qdrant/js-client-rest';

import { LifecycleError } from '../../domain/errors.js';
import type { CallOptions } from '../../ports/vector-store.js';
import { callQdrant } from './call-qdrant.js';

export type Api = ReturnType<QdrantClient['api']>;

const DEFAULT_TIMEOUT_MS = 30_000;

type Envelope = { readonly result?: unknown };

/** Time a server may take, whole seconds ≥ 1, within ours. */
export const serverSeconds = (options: CallOptions | undefined): number =>
  Math.max(1, Math.floor((options?.timeoutMs ?? DEFAULT_TIMEOUT_MS) / 1000));

/** A client, and the one way to call it. */
export interface Connection {
  readonly api: Api;
  /** @returns the envelope's `result`, not looked at yet */
  request(
    what: string,
    options: CallOptions | undefined,
    send: (init: RequestInit) => Promise<{ readonly data: Envelope }>,
  ): Promise<unknown>;
  /** As `request`, for answers without an envelope. */
  plain(what: string, send: (init: RequestInit) => Promise<{ readonly data: unknown }>): Promise<unknown>;
}

export function connect({ url, apiKey }: { readonly url: string; readonly apiKey?: string | undefined }): Connection {
  const client = new QdrantClient({
    ...addressOf(url),
    headers: {
      // Without it answers with payloads take 44 ms instead of 2: gzip in several parts meets delayed ACK.
      'accept-encoding': 'identity',
      // As a header of our own: given as an option over plain http, the client warns on the console.
      ...(apiKey === undefined ? {} : { 'api-key': apiKey }),
    },
    checkCompatibility: false,
    // The client's own time-out would replace our signal.
    timeout: Infinity,
  });
  const api = client.api();
  const call = async <T>(
    what: string,
    options: CallOptions | undefined,
    send: (init: RequestInit) => Promise<{ readonly data: T }>,
  ): Promise<T> => callQdrant<T>({ ...options, what, send, timeoutMs: options?.timeoutMs ?? DEFAULT_TIMEOUT_MS });
  return {
    api,
    request: async (what, options, send) => (await call(what, options, send)).result,
    plain: async (what, send) => call(what, undefined, send),
  };
}

/** The client drops paths and explicit default ports, and takes https to port 6333; a URL should mean what it says. */
function addressOf(url: string): { readonly url: string; readonly port: number | null; readonly prefix?: string } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw new LifecycleError('CONFIG_INVALID', `The vector store's address ${JSON.stringify(url)} is no http(s) URL`, {
      hint: 'Set QDRANT_URL to something like http://127.0.0.1:6333.',
    });
  }
  const explicit = /^https?:\/\/[^/]*:(\d+)/.exec(url)?.[1];
  const path = parsed.pathname.replace(/\/+$/, '');
  return {
    url: parsed.origin,
    port: explicit !== undefined ? Number(explicit) : parsed.protocol === 'https:' ? null : 6333,
    ...(path === '' ? {} : { prefix: path }),
  };
}

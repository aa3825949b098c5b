export interface RestAnswer {
  readonly status: number;
  readonly text: string;
  readonly body: { readonly result?: unknown; readonly status?: unknown; readonly time?: number };
}

export interface RestClient {
  readonly url: string;
  /** A body that is a string is sent as it is. */
  call(method: string, path: string, body?: unknown): Promise<RestAnswer>;
  /** `result` of the answer. @throws Error with the answer's text for anything but a success */
  result(method: string, path: string, body?: unknown): Promise<unknown>;
}

/** Qdrant's REST API without a client's opinions. */
export function restClient(url: string, headers: Readonly<Record<string, string>> = {}): RestClient {
  const call = async (method: string, path: string, body?: unknown): Promise<RestAnswer> => {
    const response = await fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json', 'accept-encoding': 'identity', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, body: parsed(text) };
  };
  return {
    url,
    call,
    result: async (method, path, body) => {
      const answer = await call(method, path, body);
      if (answer.body.status !== 'ok') throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
      return answer.body.result;
    },
  };
}

function parsed(text: string): RestAnswer['body'] {
  try {
    return JSON.parse(text) as RestAnswer['body'];
  } catch {
    return {};
  }
}

import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One way in which servers are known to go wrong. */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly code?: string;
    }
  | { readonly kind: 'null' | 'fewer' | 'reordered' | 'wrong-length' | 'zero' | 'repeated-index' | 'hang-up' }
  | { readonly kind: 'format'; readonly format: 'base64' | 'float' };

export interface EmbeddingsServer {
  readonly baseUrl: string;
  readonly requests: readonly { readonly input: readonly string[]; readonly authorization: string | undefined }[];
  /** The next request meets this fault, or the next few, or (`true`) every one; `on`: only those that hold this word. */
  fail(fault: Fault, times?: number | true, on?: string): void;
  /** No request meets a fault any more. */
  heal(): void;
  /** Texts that hold this are refused with 400, and with them their whole request. */
  refuse(word: string): void;
  close(): Promise<void>;
}

const DIMENSIONS = 8;

/** A stand-in for `/v1/embeddings`: letter counts as vectors, so that equal texts are equal and order shows. */
export async function startEmbeddingsServer(): Promise<EmbeddingsServer> {
  const requests: { input: readonly string[]; authorization: string | undefined }[] = [];
  let planned: { readonly fault: Fault; times: number; readonly on: string } | undefined;
  let refused: string | undefined;
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const { input, encoding_format: format, model } = body;
      requests.push({ input, authorization: request.headers.authorization });
      const struck =
        planned !== undefined && planned.times > 0 && input.some((text) => text.includes(planned?.on ?? ''));
      const current = struck ? planned?.fault : undefined;
      if (struck && planned) planned.times -= 1;
      if (refused !== undefined && input.some((text) => text.includes(refused ?? '')))
        return json(response, 400, { error: { message: 'input cannot be embedded' } });
      if (current?.kind === 'hang-up') return request.socket.destroy();
      if (current?.kind === 'status')
        return json(response, current.status, { error: { message: 'no', code: current.code } }, current.headers);
      const served = current?.kind === 'format' ? current.format : format;
      const data = input.map((text, index) => ({ index, embedding: encode(vectorOf(text), served) }));
      return json(response, 200, { object: 'list', model: `${model}-served`, data: spoil(data, current) });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    fail: (fault, times = 1, on = '') => (planned = { fault, times: times === true ? Infinity : times, on }),
    heal: () => (planned = undefined),
    refuse: (word) => (refused = word),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

interface Entry {
  readonly index: number;
  readonly embedding: unknown;
}

function spoil(data: readonly Entry[], fault: Fault | undefined): readonly Entry[] {
  switch (fault?.kind) {
    case 'null':
      return data.map((entry) => ({ ...entry, embedding: Array.from({ length: DIMENSIONS }, () => null) }));
    case 'zero':
      return data.map((entry) => ({ ...entry, embedding: Array.from({ length: DIMENSIONS }, () => 0) }));
    case 'wrong-length':
      return data.map((entry) => ({ ...entry, embedding: [1, 2, 3] }));
    case 'fewer':
      return data.slice(1);
    case 'reordered':
      return data.toReversed();
    case 'repeated-index':
      return data.map((entry) => ({ ...entry, index: 0 }));
    case 'format':
    case 'hang-up':
    case 'status':
    case undefined:
      return data;
  }
}

function vectorOf(text: string): readonly number[] {
  const vector = Array.from({ length: DIMENSIONS }, () => 0.5);
  for (const character of text) vector[(character.codePointAt(0) ?? 0) % DIMENSIONS]! += 1;
  return vector;
}

function encode(vector: readonly number[], format: 'float' | 'base64'): unknown {
  return format === 'float' ? vector : Buffer.from(Float32Array.from(vector).buffer).toString('base64');
}

interface Body {
  readonly input: readonly string[];
  readonly encoding_format: 'float' | 'base64';
  readonly model: string;
}

async function readBody(request: IncomingMessage): Promise<Body> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Body;
}

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

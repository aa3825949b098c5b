import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { CutoverClient } from '../../../src/client/index.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a search is repeated after 503 and after a broken connection', async () => {
  let calls = 0;
  const url = await serve((request, response) => {
    calls += 1;
    if (calls === 1) return void request.socket.destroy();
    if (calls === 2)
      return void response
        .writeHead(503, { 'retry-after': '0' })
        .end('{"error":{"code":"VECTORS_UNAVAILABLE","message":"down","hint":null}}');
    return void response.end('{"version":1,"hits":[]}');
  });
  expect(await new CutoverClient({ url, index: 'docs' }).search({ query: 'x' })).toEqual({ version: 1, hits: [] });
  expect(calls).toBe(3);
});

test('the caller is told the code, status and hint, and a refusal is not repeated', async () => {
  let calls = 0;
  const url = await serve((_, response) => {
    calls += 1;
    response.writeHead(404).end('{"error":{"code":"NOT_FOUND","message":"No index","hint":"cutover status"}}');
  });
  await expect(new CutoverClient({ url, index: 'docs' }).live()).rejects.toMatchObject({
    name: 'CutoverError',
    code: 'NOT_FOUND',
    detail: { status: 404, hint: 'cutover status' },
  });
  expect(calls).toBe(1);
});

test('an answer that is not ours, as from a proxy, is still an error with its status', async () => {
  const url = await serve((_, response) => void response.writeHead(502).end('<html>'));
  await expect(new CutoverClient({ url, index: 'docs' }).live()).rejects.toMatchObject({
    code: 'INTERNAL',
    detail: { status: 502 },
  });
});

test('nobody listening, a time-out and an abort are told apart', async () => {
  const url = await serve(() => undefined);
  const client = new CutoverClient({ url, index: 'docs', timeoutMs: 50, retries: 0 });
  await expect(client.live()).rejects.toMatchObject({ code: 'TIMEOUT' });
  await expect(client.live({ signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone');
  await new Promise((resolve) => servers.pop()?.close(resolve).closeAllConnections());
  await expect(client.live()).rejects.toMatchObject({ code: 'UNREACHABLE' });
});

test('the index may bear any name, and a path below the address of the gateway is kept', async () => {
  const paths: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    paths.push(request.url);
    response.end('{}');
  });
  await new CutoverClient({ url: `${url}/search-api`, index: 'a/b' }).live();
  expect(paths).toEqual(['/search-api/v1/indexes/a%2Fb/live']);
});

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { restClient } from '../support/rest.js';
import type { RestClient } from '../support/rest.js';
import { spawnVectorServer } from '../support/vector-server-process.js';
import type { VectorServerProcess } from '../support/vector-server-process.js';

const RUNS = Number(process.env.VECTOR_FUZZ_RUNS ?? 300);

/** Bad input is answered with a 4xx in Qdrant's envelope; nothing crashes, grows, or touches another collection. */
describe('embedded vector server and bad input', () => {
  let folder: string;
  let server: VectorServerProcess;
  let rest: RestClient;
  let before: unknown;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cutover-fuzz-'));
    server = await spawnVectorServer(folder);
    rest = restClient(server.url);
    for (const name of ['target', 'bystander']) {
      await rest.result('PUT', `/collections/${name}`, { vectors: { e: { size: 2, distance: 'Dot' } } });
    }
    const points = [1, 2].map((id) => ({ id, vector: { e: [id, 0] }, payload: { n: id } }));
    await rest.result('PUT', '/collections/bystander/points?wait=true', { points });
    before = await bystander();
  });

  afterEach(async () => {
    expect(await bystander()).toEqual(before);
    expect((await rest.call('GET', '/healthz')).text).toBe('healthz check passed');
    expect(server.child.exitCode).toBeNull();
  });

  afterAll(async () => {
    expect(await server.stop('SIGTERM')).toBe(0);
    await rm(folder, { recursive: true });
  });

  const bystander = async (): Promise<unknown> => [
    await rest.result('POST', '/collections/bystander/points/scroll', { with_vector: true }),
    await rest.result('GET', '/collections/bystander'),
    await rest.result('GET', '/aliases'),
  ];

  const PUT = 'PUT /collections/target/points?wait=true';
  const QUERY = 'POST /collections/target/points/query';
  const COUNT = 'POST /collections/target/points/count';
  const ALIASES = 'POST /collections/aliases';
  const point = (more: string): string => `{"points":[{"id":1,"vector":{"e":[1,0]}${more}}]}`;
  const deep = (depth: number, open: string, close: string): string => `${open.repeat(depth)}1${close.repeat(depth)}`;

  test.each<[string, string, string, number]>([
    ['nothing', PUT, '', 400],
    ['a lone brace', PUT, '{', 400],
    ['two documents', PUT, `${point('')}${point('')}`, 400],
    ['a trailing comma', PUT, '{"points":[],}', 400],
    ['single quotes', PUT, "{'points':[]}", 400],
    ['a comment', PUT, '{"points":[]/* */}', 400],
    ['NaN', PUT, '{"points":[{"id":1,"vector":{"e":[NaN,0]}}]}', 400],
    ['Infinity', PUT, '{"points":[{"id":1,"vector":{"e":[Infinity,0]}}]}', 400],
    ['minus Infinity in a query', QUERY, '{"query":[-Infinity,0],"using":"e"}', 400],
    ['a number beyond float64 in a vector', PUT, '{"points":[{"id":1,"vector":{"e":[1e400,0]}}]}', 400],
    ['a number beyond float64 in a payload', PUT, point(',"payload":{"a":1e400}'), 400],
    ['a number of 400 digits in a payload', PUT, point(`,"payload":{"a":[${'9'.repeat(400)}]}`), 400],
    ['a number beyond float32', PUT, '{"points":[{"id":1,"vector":{"e":[1e39,0]}}]}', 400],
    ['deep lists', PUT, deep(100_000, '[', ']'), 400],
    ['deep objects', PUT, deep(100_000, '{"a":', '}'), 400],
    ['a deep payload', PUT, point(`,"payload":{"a":${deep(127, '[', ']')}}`), 400],
    ['deep lists that never close', PUT, '['.repeat(1_000_000), 400],
    ['a deep filter', COUNT, `{"filter":${deep(60, '{"must":[', ']}').replace('1', '')}`, 400],
    ['an id below zero', PUT, '{"points":[{"id":-1,"vector":{"e":[1,0]}}]}', 400],
    ['an id that is no integer', PUT, '{"points":[{"id":1.5,"vector":{"e":[1,0]}}]}', 400],
    ['an id beyond 64 bits', PUT, '{"points":[{"id":18446744073709551616,"vector":{"e":[1,0]}}]}', 400],
    [
      'an id that is no UUID',
      PUT,
      '{"points":[{"id":"00000000-0000-0000-0000-00000000000g","vector":{"e":[1,0]}}]}',
      400,
    ],
    ['no id', PUT, '{"points":[{"vector":{"e":[1,0]}}]}', 400],
    ['no vector', PUT, '{"points":[{"id":1}]}', 400],
    ['a list for the body', PUT, '[]', 400],
    ['null for the body', PUT, 'null', 400],
    ['an object for the points', PUT, '{"points":{}}', 400],
    ['a list for a payload', PUT, point(',"payload":[1]'), 400],
    ['a string for a payload', PUT, point(',"payload":"x"'), 400],
    ['a string in a vector', PUT, '{"points":[{"id":1,"vector":{"e":["1",0]}}]}', 400],
    ['a vector of vectors', PUT, '{"points":[{"id":1,"vector":{"e":[[1,0]]}}]}', 400],
    ['a vector called __proto__', PUT, '{"points":[{"id":1,"vector":{"__proto__":[1,0]}}]}', 400],
    ['columns of unequal length', PUT, '{"batch":{"ids":[1,2],"vectors":{"e":[[1,0]]}}}', 400],
    ['an unknown update_mode', PUT, '{"points":[],"update_mode":"maybe"}', 400],
    ['a limit of text', QUERY, '{"query":[1,0],"using":"e","limit":"10"}', 400],
    ['a limit below one', QUERY, '{"query":[1,0],"using":"e","limit":0}', 422],
    ['a limit beyond all integers', QUERY, '{"query":[1,0],"using":"e","limit":1e300}', 400],
    ['an offset below zero', QUERY, '{"query":[1,0],"using":"e","offset":-1}', 422],
    ['a threshold of text', QUERY, '{"query":[1,0],"using":"e","score_threshold":"1"}', 400],
    ['a query that is none', QUERY, '{"query":true,"using":"e"}', 400],
    ['an unknown condition', COUNT, '{"filter":{"must":[{"key":"n","is":1}]}}', 400],
    ['a clause of prototypes', COUNT, '{"filter":{"__proto__":{"must":[]}}}', 400],
    ['a match of objects', COUNT, '{"filter":{"must":[{"key":"n","match":{"value":{}}}]}}', 400],
    ['a range of lists', COUNT, '{"filter":{"must":[{"key":"n","range":{"gt":[]}}]}}', 400],
    ['a range that is no date', COUNT, '{"filter":{"must":[{"key":"n","range":{"gt":"yesterday"}}]}}', 400],
    ['a count below zero', COUNT, '{"filter":{"must":[{"key":"n","values_count":{"gt":-1}}]}}', 400],
    ['has_id of text', COUNT, '{"filter":{"must":[{"has_id":["x"]}]}}', 400],
    ['a key that is no path', COUNT, '{"filter":{"must":[{"key":"a..b","match":{"value":1}}]}}', 400],
    ['an action that is none', ALIASES, '{"actions":[{"__proto__":{}}]}', 400],
    ['actions that are none', ALIASES, '{"actions":{}}', 400],
    ['an alias that is a number', ALIASES, '{"actions":[{"delete_alias":{"alias_name":1}}]}', 400],
    [
      'an operation called constructor',
      'POST /collections/target/points/batch',
      '{"operations":[{"constructor":{}}]}',
      400,
    ],
    ['a collection without a size', 'PUT /collections/new', '{"vectors":{"distance":"Dot"}}', 400],
    ['a collection of size 0', 'PUT /collections/new', '{"vectors":{"size":0,"distance":"Dot"}}', 422],
    ['a collection of a huge size', 'PUT /collections/new', '{"vectors":{"size":1e15,"distance":"Dot"}}', 422],
    ['an unknown distance', 'PUT /collections/new', '{"vectors":{"size":2,"distance":"Hamming"}}', 400],
    ['a name with a slash', 'PUT /collections/a%2Fb', '{"vectors":{"size":2,"distance":"Dot"}}', 422],
    ['a name of 256 characters', `PUT /collections/${'x'.repeat(256)}`, '{"vectors":{"size":2,"distance":"Dot"}}', 422],
    ['a name that is not percent-encoded', 'GET /collections/%E0%A4%A', '', 400],
    ['a point id in the path that is none', 'GET /collections/target/points/-1', '', 400],
    ['a time-out that is none', 'PUT /collections/target/points?timeout=soon', point(''), 400],
    ['a path into the folder', 'GET /collections/..%2F..%2Fetc%2Fpasswd', '', 404],
  ])('%s is refused', async (_, request, body, status) => {
    const [method = '', path = ''] = request.split(' ');
    const answer = await rest.call(method, path, body === '' ? undefined : body);
    expect(answer).toMatchObject({ status, body: { status: { error: expect.any(String) as string } } });
    expect(answer.body).not.toHaveProperty('result');
    expect(await rest.result('POST', '/collections/target/points/count', {})).toEqual({ count: 0 });
  });

  test('unknown fields are passed over where Qdrant does so, and a payload may have any key', async () => {
    const payload = '{"__proto__":{"polluted":true},"constructor":1,"toString":"x","":2}';
    await rest.result('PUT', '/collections/odd', { vectors: { e: { size: 2, distance: 'Dot' } }, unheard_of: 1 });
    await rest.result('PUT', '/collections/odd/points?wait=true', point(`,"payload":${payload},"more":1`));
    const { text } = await rest.call('GET', '/collections/odd/points/1');
    expect(text).toContain(`"payload":${payload}`);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const filter = '{"filter":{"must":[{"key":"hasOwnProperty","match":{"value":"x"}}]}}';
    expect(await rest.result('POST', '/collections/odd/points/count', filter)).toEqual({ count: 0 });
    await rest.result('DELETE', '/collections/odd');
  });

  test('text that is not UTF-8 is refused', async () => {
    for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
      const body = Buffer.concat([Buffer.from('{"points":[],"x":"'), Buffer.from(bytes), Buffer.from('"}')]);
      const response = await fetch(`${server.url}/collections/target/points`, { method: 'PUT', body });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        status: { error: expect.stringContaining('Format error') as string },
      });
    }
  });

  test('random bytes and mutilated requests are refused or answered, never with a 5xx', async () => {
    const whole = JSON.stringify({
      points: [{ id: 1, vector: { e: [1, 0] }, payload: { a: [1, { b: null }], c: 'x' } }],
      update_filter: { must: [{ key: 'a', match: { any: [1] } }], must_not: { has_id: [2] } },
      update_mode: 'upsert',
    });
    const mutilated = fc
      .tuple(fc.nat(whole.length), fc.nat(12), fc.oneof(fc.string({ maxLength: 6 }), fc.json({ maxDepth: 2 })))
      .map(([at, length, patch]) => whole.slice(0, at) + patch + whole.slice(at + length));
    const paths = fc.constantFrom('points?wait=true', 'points/batch', 'points/payload', 'index');
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutilated, fc.json(), fc.string()), paths, async (body, path) => {
        const answer = await rest.call('PUT', `/collections/target/${path}`, body === '' ? ' ' : body);
        expect(answer.status).toBeLessThan(500);
        if (answer.status !== 200) expect(answer.body.status).toEqual({ error: expect.any(String) as string });
      }),
      { numRuns: RUNS },
    );
    await rest.result('DELETE', '/collections/target');
    await rest.result('PUT', '/collections/target', { vectors: { e: { size: 2, distance: 'Dot' } } });
  });

  test('33 MB are refused again and again, and the server does not grow', async () => {
    const rssMb = async (): Promise<number> => {
      const { text } = await rest.call('GET', '/metrics');
      return Number(/^memory_resident_bytes (\d+)$/m.exec(text)?.[1]) / 2 ** 20;
    };
    const body = `{"points":[],"pad":"${'x'.repeat(33 * 2 ** 20)}"}`;
    await rest.call('PUT', '/collections/target/points', body);
    const once = await rssMb();
    for (let i = 0; i < 8; i += 1) {
      const { status, text } = await rest.call('PUT', '/collections/target/points', body);
      expect([status, text]).toEqual([
        400,
        expect.stringContaining('JSON payload has exceeded limit (33554432 bytes).'),
      ]);
    }
    expect((await rssMb()) - once).toBeLessThan(100);
  });

  describe('connections', () => {
    const open = async (): Promise<Socket> => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      return socket;
    };
    const answers = async (socket: Socket, isEnough: (text: string) => boolean): Promise<string> => {
      let text = '';
      for await (const data of socket) {
        text += String(data);
        if (isEnough(text)) break;
      }
      return text;
    };

    test('requests in one go are answered in their order', async () => {
      const socket = await open();
      socket.write(
        'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /collections/none HTTP/1.1\r\nhost: x\r\n\r\nGET /livez HTTP/1.1\r\nhost: x\r\n\r\n',
      );
      const text = await answers(socket, (seen) => seen.includes('livez check passed'));
      expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200']);
    });

    test('what is no HTTP is told so', async () => {
      const socket = await open();
      socket.write('\x16\x03\x01 hello\r\n\r\n');
      expect(await answers(socket, () => false)).toContain('400 Bad Request');
    });

    test('a hundred connections that begin and stop cost nobody else anything', async () => {
      const slow = await Promise.all(Array.from({ length: 100 }, open));
      for (const socket of slow)
        socket.write('PUT /collections/target/points HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"points":[');
      const started = performance.now();
      expect((await rest.call('GET', '/healthz')).status).toBe(200);
      expect(performance.now() - started).toBeLessThan(2000);
      for (const socket of slow) socket.destroy();
    });

    test('half a request, half-closed, changes nothing', async () => {
      const socket = await open();
      socket.end(
        'PUT /collections/target/points HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\n{"points":[{"id":1,',
      );
      socket.resume();
      await once(socket, 'close');
      expect(await rest.result('POST', '/collections/target/points/count', {})).toEqual({ count: 0 });
    });

    test('a caller that leaves before the answer has had its write done', async () => {
      const socket = await open();
      const body = point('');
      socket.write(
        `PUT ${'/collections/target/points?wait=true'} HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
        () => socket.destroy(),
      );
      const count = async (): Promise<unknown> => rest.result('POST', '/collections/target/points/count', {});
      for (let i = 0; i < 50 && ((await count()) as { count: number }).count === 0; i += 1) await sleep(20);
      expect(await count()).toEqual({ count: 1 });
    });
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ms, quantile } from './ratio.js';
import type { Ratio } from './ratio.js';
import { startServer } from './server.js';

const SIZE = 384;
const BATCH = 500;
const BODIES = 10;
const ROUNDS = 7;
const CLIENTS = 4;
const MEASURE_MS = 4_000;

/** Writing, several clients, and who else gets an answer meanwhile. */
export async function benchHttp(points: number): Promise<readonly Ratio[]> {
  const folder = await mkdtemp(join(tmpdir(), 'cutover-bench-'));
  const server = await startServer(folder);
  try {
    const collection = `${server.url}/collections/bench`;
    await send('PUT', collection, JSON.stringify({ vectors: { size: SIZE, distance: 'Cosine' } }));
    const upsert = await benchUpsert(collection, points);
    const alone = await searchRate(collection, 1);
    const pings: number[] = [];
    let busy = true;
    const pinging = (async () => {
      while (busy) {
        pings.push(await timed(() => send('GET', `${server.url}/healthz`)));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    const together = await searchRate(collection, CLIENTS);
    busy = false;
    await pinging;
    return [
      upsert,
      {
        what: `${CLIENTS} clients at once, searches a second`,
        measured: together.toFixed(1),
        against: `one client ${alone.toFixed(1)}`,
        value: together / alone,
        bound: { atLeast: 1 },
      },
      {
        what: 'GET /healthz meanwhile, p99 in ms',
        measured: `p50 ${ms(quantile(pings, 0.5))}, ${pings.length} calls`,
        against: '',
        value: quantile(pings, 0.99),
        bound: { atMost: 50 },
      },
    ];
  } finally {
    await server.stop();
    await rm(folder, { recursive: true });
  }
}

/** Two batches under way, as a loader has: one is parsed while the disk has the other. Bodies are made before. */
async function benchUpsert(collection: string, points: number): Promise<Ratio> {
  for (let first = 0; first < points; first += BATCH) {
    await send('PUT', `${collection}/points?wait=true`, batchBody(first));
  }
  const bodies = Array.from({ length: BODIES }, (_, i) => batchBody(i * BATCH));
  const bytes = bodies.map((body) => Buffer.from(body));
  const rates: { readonly parse: number; readonly write: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const parse = await timed(() => bytes.forEach((body) => JSON.parse(body.toString())));
    const queue = [...bodies];
    const client = async (): Promise<void> => {
      for (let body = queue.pop(); body !== undefined; body = queue.pop()) {
        await send('PUT', `${collection}/points?wait=true`, body);
      }
    };
    rates.push({ parse: parse / BODIES, write: (await timed(() => Promise.all([client(), client()]))) / BODIES });
  }
  return {
    what: `upsert ${BATCH} × ${SIZE} with 300 bytes of payload, durable, rate`,
    measured: `${ms(
      quantile(
        rates.map(({ write }) => write),
        0.5,
      ),
    )} a batch`,
    against: `JSON.parse ${ms(
      quantile(
        rates.map(({ parse }) => parse),
        0.5,
      ),
    )}`,
    value: quantile(
      rates.map(({ parse, write }) => parse / write),
      0.5,
    ),
    bound: { atLeast: 0.7 },
  };
}

function batchBody(first: number): string {
  const points = Array.from({ length: BATCH }, (_, i) => ({
    id: first + i,
    vector: Array.from({ length: SIZE }, () => Math.random() - 0.5),
    payload: { group: `g${(first + i) % 100}`, text: 'x'.repeat(270) },
  }));
  return JSON.stringify({ points });
}

/** Searches a second. */
async function searchRate(collection: string, clients: number): Promise<number> {
  const until = performance.now() + MEASURE_MS;
  let answered = 0;
  const client = async (): Promise<void> => {
    while (performance.now() < until) {
      const query = Array.from({ length: SIZE }, () => Math.random() - 0.5);
      await send('POST', `${collection}/points/query`, JSON.stringify({ query, limit: 10 }));
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return answered / (MEASURE_MS / 1000);
}

async function send(method: string, url: string, body?: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text.slice(0, 300)}`);
}

async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

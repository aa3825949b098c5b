import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openWorkplace, type Workplace } from '../support/cli.js';
import { topicsYaml, writeTopics } from '../support/topics.js';

const DOCUMENTS = 4_000;
/** The most one batch of the write path embeds before it is safe in the collection. */
const BATCH = 256;
/** Slices of 2,000 documents: so many batches may be under way when a part dies. */
const SLICES = 2;

interface Service {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
}

/**
 * One part of the stack dies in the middle of a build, and the build ends as if nothing had happened.
 * Each has a stack of its own, side by side: most of the time goes into heartbeats and leases that run out.
 */
describe.concurrent('a build in whose middle', () => {
  test.each(['worker', 'vectors', 'temporal', 'postgres'])(
    'the %s process is killed with -9 completes, and verify is clean',
    { timeout: 300_000 },
    async (name) => {
      const place = await openWorkplace();
      try {
        await writeTopics(place.folder, DOCUMENTS, 60);
        await writeFile(path.join(place.folder, 'cutover.yaml'), topicsYaml(256));
        const services = (await place.cutover('up')).result['services'] as unknown as Service[];
        const [victim, vectors] = [named(services, name), named(services, 'vectors')];

        const started = place.cutover('reindex', 'docs', '--yes', '--detach');
        const chunks = await someChunksIn(vectors.url, 'docs_v1');
        process.kill(victim.pid, 'SIGKILL');
        expect(chunks).toBeLessThan(DOCUMENTS);
        await started;
        await expectCleanBuild(place);
      } finally {
        await place.leave();
      }
    },
  );
});

async function expectCleanBuild(place: Workplace): Promise<void> {
  const { result } = await place.cutover('reindex', 'docs', '--yes');
  expect(result).toMatchObject({ promoted: true, documents: DOCUMENTS, chunks: DOCUMENTS });
  expect(Number(result['embedded'])).toBeLessThanOrEqual(DOCUMENTS + SLICES * BATCH);
  const verified = await place.cutover('verify', 'docs');
  expect(verified.result).toMatchObject({ ok: true, expected: DOCUMENTS, missing: 0, extra: 0, mismatched: 0 });
}

function named(services: readonly Service[], name: string): Service {
  const service = services.find((one) => one.name === name);
  if (!service) throw new Error(`no service ${name} runs`);
  return service;
}

/** Resolves in mid-build: after the first batch is in, long before the last. */
async function someChunksIn(vectorsUrl: string, collection: string): Promise<number> {
  for (;;) {
    const count = await countPoints(vectorsUrl, collection);
    if (count > 0) return count;
    await sleep(10);
  }
}

async function countPoints(vectorsUrl: string, collection: string): Promise<number> {
  const response = await fetch(`${vectorsUrl}/collections/${collection}/points/count`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"exact":true}',
  });
  // 404 until the collection is created.
  const { result } = (await response.json()) as { result?: { count: number } };
  return result?.count ?? 0;
}

import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { randomFrom } from '../support/random.js';
import { restClient } from '../support/rest.js';
import type { RestClient } from '../support/rest.js';
import { spawnVectorServer } from '../support/vector-server-process.js';

// `VECTOR_KILLS=200 VECTOR_KILLS_SEED=1 npx vitest run test/contract/vector-server-kills.test.ts`
const ROUNDS = Number(process.env.VECTOR_KILLS ?? 5);
const SEED = Number(process.env.VECTOR_KILLS_SEED ?? 1);

const LANES = 3;
const IDS_PER_LANE = 120;
const BATCH = 30;
// A few batches: the log is rewritten again and again, so that many kills meet a rewrite.
const COMPACT_FROM = 100_000;

type Batch = ReadonlyMap<number, number | undefined>;

/** What a lane knows: the points that were acknowledged, and the batch whose answer it never got. */
interface Lane {
  readonly known: Map<number, number>;
  pending: Batch | undefined;
}

const apply = (known: ReadonlyMap<number, number>, batch: Batch): Map<number, number> => {
  const after = new Map(known);
  for (const [id, value] of batch) {
    if (value === undefined) after.delete(id);
    else after.set(id, value);
  }
  return after;
};

/** Write and delete whole batches, one after the other, until the server is gone. */
async function writeUntilKilled(rest: RestClient, lane: Lane, number: number, random: () => number): Promise<void> {
  for (;;) {
    const from = number * IDS_PER_LANE + Math.floor(random() * (IDS_PER_LANE - BATCH));
    const ids = Array.from({ length: BATCH }, (_, i) => from + i);
    const value = Math.floor(random() * 2 ** 31);
    const deletes = random() < 0.2;
    lane.pending = new Map(ids.map((id) => [id, deletes ? undefined : value]));
    const pad = 'x'.repeat(Math.floor(random() * 400));
    const points = ids.map((id) => ({ id, vector: [value % 97, id], payload: { value, pad } }));
    if (deletes) await rest.result('POST', '/collections/docs/points/delete?wait=true', { points: ids });
    else await rest.result('PUT', '/collections/docs/points?wait=true', { points });
    for (const [id, one] of lane.pending) {
      if (one === undefined) lane.known.delete(id);
      else lane.known.set(id, one);
    }
    lane.pending = undefined;
  }
}

interface Flips {
  acknowledged: string;
  asked: string;
}

async function flipUntilKilled(rest: RestClient, flips: Flips): Promise<void> {
  for (let i = 0; ; i += 1) {
    flips.asked = i % 2 === 0 ? 'docs' : 'other';
    const create_alias = { alias_name: 'live', collection_name: flips.asked };
    await rest.result('POST', '/collections/aliases', { actions: [{ create_alias }] });
    flips.acknowledged = flips.asked;
  }
}

/** Collections come and go beside the load: the catalogue is replaced while logs are written. */
async function comeAndGo(rest: RestClient): Promise<void> {
  for (;;) {
    await rest.result('PUT', '/collections/brief', { vectors: { size: 2, distance: 'Dot' } });
    await rest.result('DELETE', '/collections/brief');
  }
}

async function stored(rest: RestClient, lane: number): Promise<Map<number, number>> {
  const ids = Array.from({ length: IDS_PER_LANE }, (_, i) => lane * IDS_PER_LANE + i);
  const points = (await rest.result('POST', '/collections/docs/points', { ids, with_vector: true })) as {
    id: number;
    vector: number[];
    payload: { value: number };
  }[];
  for (const { id, vector, payload } of points) expect(vector).toEqual([payload.value % 97, id]);
  return new Map(points.map(({ id, payload }) => [id, payload.value]));
}

/** What the kill left on the disk: a witness to the phase it met. */
async function traces(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const collection of await readdir(join(folder, 'collections'))) {
    const files = await readdir(join(folder, 'collections', collection));
    if (files.some((file) => file.endsWith('.new'))) found.push('a rewrite under way');
    if (files.filter((file) => file.endsWith('.log')).length > 1) found.push('a log and its successor');
  }
  if ((await readdir(folder)).some((file) => file.includes('catalogue.json.')))
    found.push('a catalogue being replaced');
  return found;
}

test(
  `after each of ${ROUNDS} kills every acknowledged write is there, no half of a batch, and the alias`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cutover-kills-'));
    const lanes: readonly Lane[] = Array.from({ length: LANES }, () => ({ known: new Map(), pending: undefined }));
    const flips: Flips = { acknowledged: 'docs', asked: 'docs' };
    const met = new Map<string, number>();
    let [acknowledged, pendingSeen, torn] = [0, 0, 0];

    for (let round = 0; round <= ROUNDS; round += 1) {
      const random = randomFrom(SEED * 1_000_003 + round);
      const sizeBefore = await folderSize(folder);
      const server = await spawnVectorServer(folder, { compactFrom: COMPACT_FROM });
      if ((await folderSize(folder)) < sizeBefore) torn += 1;
      const rest = restClient(server.url);
      if (round === 0) {
        for (const name of ['docs', 'other']) {
          await rest.result('PUT', `/collections/${name}`, { vectors: { size: 2, distance: 'Dot' } });
        }
        const create_alias = { alias_name: 'live', collection_name: 'docs' };
        await rest.result('POST', '/collections/aliases', { actions: [{ create_alias }] });
      }

      for (const [number, lane] of lanes.entries()) {
        const found = await stored(rest, number);
        const withPending = apply(lane.known, lane.pending ?? new Map());
        const isApplied = lane.pending !== undefined && sameMap(found, withPending);
        if (!isApplied) expect(sorted(found)).toEqual(sorted(lane.known));
        if (isApplied) pendingSeen += 1;
        lane.known.clear();
        for (const [id, value] of found) lane.known.set(id, value);
        lane.pending = undefined;
      }
      const { aliases } = (await rest.result('GET', '/aliases')) as { aliases: { collection_name: string }[] };
      expect(aliases).toHaveLength(1);
      const target = aliases[0]?.collection_name as string;
      expect([flips.acknowledged, flips.asked]).toContain(target);
      // The next life begins with what was found, be it the one or the other.
      Object.assign(flips, { acknowledged: target, asked: target });
      await rest.result('DELETE', '/collections/brief');
      if (round === ROUNDS) {
        expect(await server.stop('SIGTERM')).toBe(0);
        break;
      }

      const load = [
        ...lanes.map((lane, number) => writeUntilKilled(rest, lane, number, random)),
        flipUntilKilled(rest, flips),
        ...(random() < 0.3 ? [comeAndGo(rest)] : []),
      ].map((work) => work.catch((error: Error) => error.name));
      await sleep(20 + random() * 250);
      await server.stop('SIGKILL');
      // Each of them ended because the connection broke, none because an answer was wrong.
      expect(new Set(await Promise.all(load))).toEqual(new Set(['TypeError']));
      acknowledged += lanes.reduce((sum, lane) => sum + lane.known.size, 0);
      for (const trace of await traces(folder)) met.set(trace, (met.get(trace) ?? 0) + 1);
    }
    process.stdout.write(
      `${ROUNDS} kills, seed ${SEED}: ${acknowledged} acknowledged points checked, ` +
        `${pendingSeen} unanswered batches found whole; logs cut or removed at ${torn} starts; ` +
        `kills met ${JSON.stringify(Object.fromEntries(met))}\n`,
    );
    await rm(folder, { recursive: true });
  },
  30_000 + ROUNDS * 10_000,
);

const sorted = (points: ReadonlyMap<number, number>): unknown => [...points].sort(([a], [b]) => a - b);
const sameMap = (a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

async function folderSize(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true })) {
    const path = join(folder, entry);
    if (path.endsWith('.log') || path.endsWith('.new')) bytes += (await stat(path)).size;
  }
  return bytes;
}

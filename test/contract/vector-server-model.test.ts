import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startVectorServer } from '../../src/local/vectors/start-vector-server.js';
import type { VectorServer } from '../../src/local/vectors/start-vector-server.js';
import { restClient } from '../support/rest.js';
import type { RestClient } from '../support/rest.js';

/*
 * Random sequences of calls against the server and against a map that is obviously right. Whatever is asked in
 * between must be answered alike.
 *   VECTOR_MODEL_RUNS=10000 npx vitest run test/contract/vector-server-model.test.ts
 */
const RUNS = Number(process.env.VECTOR_MODEL_RUNS ?? 300);
const SEED = process.env.VECTOR_MODEL_SEED;

interface Point {
  readonly vector: readonly [number, number];
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Names c0 to c2 are collections, a0 and a1 aliases. */
interface Model {
  readonly collections: Map<string, Map<number, Point>>;
  readonly aliases: Map<string, string>;
}

interface Real {
  rest: RestClient;
}

type Command = fc.AsyncCommand<Model, Real>;

const CREATE = { vectors: { e: { size: 2, distance: 'Dot' } } };

const resolve = (model: Model, name: string): Map<number, Point> | undefined =>
  model.collections.get(model.aliases.get(name) ?? name);

/** Run a call; the model says which status it must have. */
async function expecting(real: Real, status: number, request: Parameters<RestClient['call']>): Promise<unknown> {
  const answer = await real.rest.call(...request);
  expect([request[0], request[1], answer.status, answer.status === status ? '' : answer.text]).toEqual([
    request[0],
    request[1],
    status,
    '',
  ]);
  return answer.body.result;
}

const command = (name: string, run: (model: Model, real: Real) => Promise<void>): Command => ({
  check: () => true,
  run,
  toString: () => name,
});

const collectionNames = fc.constantFrom('c0', 'c1', 'c2');
const aliasNames = fc.constantFrom('a0', 'a1');
const anyNames = fc.oneof(collectionNames, aliasNames);
const ids = fc.nat(11);
const payloads = fc.record(
  {
    k: fc.constantFrom('x', 'y', 'z'),
    n: fc.integer({ min: 0, max: 4 }),
    l: fc.array(fc.nat(3), { maxLength: 3 }),
    o: fc.constant(null),
  },
  { requiredKeys: [] },
);
const points = fc.array(
  fc.record({
    id: ids,
    vector: fc.tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -4, max: 4 })),
    payload: payloads,
  }),
  { minLength: 1, maxLength: 4 },
);

/** Conditions with the plain reading of each. */
interface Condition {
  readonly json: object;
  holds(id: number, payload: Point['payload']): boolean;
}

const leaves: fc.Arbitrary<Condition> = fc.oneof(
  fc.constantFrom('x', 'y', 'z').map((value) => ({
    json: { key: 'k', match: { value } },
    holds: (_: number, payload: Point['payload']) => payload.k === value,
  })),
  fc.array(fc.nat(4), { maxLength: 3 }).map((any) => ({
    json: { key: 'n', match: { any } },
    holds: (_: number, { n }: Point['payload']) => any.includes(n as number),
  })),
  fc.constantFrom('x', 'y').map((value) => ({
    json: { key: 'k', match: { except: [value] } },
    holds: (_: number, { k }: Point['payload']) => k !== undefined && k !== value,
  })),
  fc.nat(4).map((lte) => ({
    json: { key: 'n', range: { lte } },
    holds: (_: number, { n }: Point['payload']) => n !== undefined && (n as number) <= lte,
  })),
  fc.nat(3).map((gte) => ({
    json: { key: 'l', values_count: { gte } },
    holds: (_: number, { l }: Point['payload']) => l !== undefined && (l as unknown[]).length >= gte,
  })),
  fc.constant({
    json: { is_empty: { key: 'l' } },
    holds: (_: number, { l }: Point['payload']) => l === undefined || (l as unknown[]).length === 0,
  }),
  fc.constant({
    json: { is_null: { key: 'o' } },
    holds: (_: number, { o }: Point['payload']) => o === null,
  }),
  fc.array(ids, { maxLength: 4 }).map((has_id) => ({
    json: { has_id },
    holds: (id: number) => has_id.includes(id),
  })),
);

const clauses = (conditions: fc.Arbitrary<Condition>): fc.Arbitrary<Condition> =>
  fc
    .record({
      must: fc.array(conditions, { maxLength: 2 }),
      should: fc.array(conditions, { maxLength: 2 }),
      must_not: fc.array(conditions, { maxLength: 1 }),
    })
    .map(({ must, should, must_not }) => ({
      json: {
        must: must.map(({ json }) => json),
        should: should.map(({ json }) => json),
        must_not: must_not.map(({ json }) => json),
      },
      holds: (id: number, payload: Point['payload']) =>
        must.every((one) => one.holds(id, payload)) &&
        !must_not.some((one) => one.holds(id, payload)) &&
        (should.length === 0 || should.some((one) => one.holds(id, payload))),
    }));

const filters = clauses(fc.oneof({ arbitrary: leaves, weight: 4 }, { arbitrary: clauses(leaves), weight: 1 }));

const sortedIds = (points: ReadonlyMap<number, unknown>): number[] => [...points.keys()].sort((a, b) => a - b);

const matching = (found: ReadonlyMap<number, Point>, filter: Condition): number[] =>
  sortedIds(found).filter((id) => filter.holds(id, (found.get(id) as Point).payload));

const merged = (before: Point['payload'], change: Point['payload']): Point['payload'] =>
  Object.fromEntries(Object.entries({ ...before, ...change }).filter(([key]) => change[key] !== null));

const commands: fc.Arbitrary<Command>[] = [
  collectionNames.map((name) =>
    command(`create ${name}`, async (model, real) => {
      const status = model.collections.has(name) ? 409 : 200;
      await expecting(real, status, ['PUT', `/collections/${name}`, CREATE]);
      if (status === 200) model.collections.set(name, new Map());
    }),
  ),
  anyNames.map((name) =>
    command(`drop ${name}`, async (model, real) => {
      const dropped = await expecting(real, 200, ['DELETE', `/collections/${name}`]);
      expect(dropped).toBe(model.collections.delete(name));
      if (dropped === true) for (const [alias, to] of model.aliases) if (to === name) model.aliases.delete(alias);
    }),
  ),
  fc.tuple(aliasNames, collectionNames).map(([alias, name]) =>
    command(`alias ${alias} -> ${name}`, async (model, real) => {
      const status = model.collections.has(name) ? 200 : 404;
      const actions = [{ create_alias: { alias_name: alias, collection_name: name } }];
      await expecting(real, status, ['POST', '/collections/aliases', { actions }]);
      if (status === 200) model.aliases.set(alias, name);
    }),
  ),
  // The actions before a refused one stay.
  fc.tuple(aliasNames, aliasNames, collectionNames).map(([from, to, name]) =>
    command(`rename ${from} -> ${to}, then ${from} -> ${name}`, async (model, real) => {
      const target = model.aliases.get(from);
      const status = target !== undefined && model.collections.has(name) ? 200 : 404;
      const actions = [
        { rename_alias: { old_alias_name: from, new_alias_name: to } },
        { create_alias: { alias_name: from, collection_name: name } },
      ];
      await expecting(real, status, ['POST', '/collections/aliases', { actions }]);
      if (target === undefined) return;
      model.aliases.delete(from);
      model.aliases.set(to, target);
      if (status === 200) model.aliases.set(from, name);
    }),
  ),
  fc
    .tuple(anyNames, points, fc.constantFrom('upsert', 'insert_only', 'update_only'), fc.option(filters))
    .map(([name, given, update_mode, guard]) =>
      command(
        `${update_mode} ${JSON.stringify(given)} into ${name} if ${JSON.stringify(guard?.json)}`,
        async (model, real) => {
          const found = resolve(model, name);
          const body = {
            points: given.map(({ id, vector, payload }) => ({ id, vector: { e: vector }, payload })),
            update_mode,
            ...(guard === null ? {} : { update_filter: guard.json }),
          };
          await expecting(real, found === undefined ? 404 : 200, [
            'PUT',
            `/collections/${name}/points?wait=true`,
            body,
          ]);
          for (const { id, ...point } of given) {
            const there = found?.get(id);
            const isWritten =
              there === undefined
                ? update_mode !== 'update_only'
                : update_mode !== 'insert_only' && (guard?.holds(id, there.payload) ?? true);
            if (isWritten) found?.set(id, point);
          }
        },
      ),
    ),
  fc.tuple(anyNames, filters).map(([name, filter]) =>
    command(`delete ${JSON.stringify(filter.json)} of ${name}`, async (model, real) => {
      const found = resolve(model, name);
      const request = ['POST', `/collections/${name}/points/delete?wait=true`, { filter: filter.json }] as const;
      await expecting(real, found === undefined ? 404 : 200, [...request]);
      for (const id of matching(found ?? new Map(), filter)) found?.delete(id);
    }),
  ),
  // Known ids change although an unknown one makes it a 404.
  fc
    .tuple(anyNames, fc.uniqueArray(ids, { minLength: 1, maxLength: 3 }), payloads, fc.boolean())
    .map(([name, chosen, payload, replaces]) =>
      command(
        `${replaces ? 'overwrite' : 'set'} ${JSON.stringify(payload)} on ${String(chosen)} of ${name}`,
        async (model, real) => {
          const found = resolve(model, name);
          const status = found !== undefined && chosen.every((id) => found.has(id)) ? 200 : 404;
          const method = replaces ? 'PUT' : 'POST';
          await expecting(real, status, [
            method,
            `/collections/${name}/points/payload?wait=true`,
            { payload, points: chosen },
          ]);
          for (const id of chosen) {
            const there = found?.get(id);
            if (there !== undefined)
              found?.set(id, { ...there, payload: replaces ? payload : merged(there.payload, payload) });
          }
        },
      ),
    ),
  fc.tuple(anyNames, fc.constantFrom('k', 'n', 'l'), fc.boolean()).map(([name, field, drops]) =>
    command(`${drops ? 'unindex' : 'index'} ${field} of ${name}`, async (model, real) => {
      const status = resolve(model, name) === undefined ? 404 : 200;
      const field_schema = field === 'k' ? 'keyword' : 'integer';
      if (drops) await expecting(real, status, ['DELETE', `/collections/${name}/index/${field}?wait=true`]);
      else
        await expecting(real, status, [
          'PUT',
          `/collections/${name}/index?wait=true`,
          { field_name: field, field_schema },
        ]);
    }),
  ),
  fc.tuple(anyNames, filters, fc.integer({ min: 1, max: 5 })).map(([name, filter, limit]) =>
    command(`scroll and count ${JSON.stringify(filter.json)} in ${name}`, async (model, real) => {
      const found = resolve(model, name);
      const status = found === undefined ? 404 : 200;
      const seen: { id: number; payload: unknown; vector: { e: unknown } }[] = [];
      for (let offset: number | null | undefined; offset !== null;) {
        const body = { filter: filter.json, limit, with_vector: true, ...(offset === undefined ? {} : { offset }) };
        const page = await expecting(real, status, ['POST', `/collections/${name}/points/scroll`, body]);
        if (found === undefined) return;
        const { points: more, next_page_offset: next } = page as {
          points: typeof seen;
          next_page_offset: number | null;
        };
        seen.push(...more);
        offset = next;
      }
      const expected = matching(found as Map<number, Point>, filter);
      expect(seen).toEqual(
        expected.map((id) => ({ id, payload: found?.get(id)?.payload, vector: { e: found?.get(id)?.vector } })),
      );
      const count = await expecting(real, 200, ['POST', `/collections/${name}/points/count`, { filter: filter.json }]);
      expect(count).toEqual({ count: expected.length });
    }),
  ),
  fc
    .tuple(
      anyNames,
      fc.option(filters),
      fc.tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -4, max: 4 })),
      fc.integer({ min: 1, max: 6 }),
      fc.option(fc.integer({ min: -8, max: 8 })),
    )
    .map(([name, filter, query, limit, threshold]) =>
      command(`query ${String(query)} in ${name} where ${JSON.stringify(filter?.json)}`, async (model, real) => {
        const found = resolve(model, name);
        const body = {
          query,
          using: 'e',
          limit,
          ...(filter === null ? {} : { filter: filter.json }),
          ...(threshold === null ? {} : { score_threshold: threshold }),
        };
        const answer = await expecting(real, found === undefined ? 404 : 200, [
          'POST',
          `/collections/${name}/points/query`,
          body,
        ]);
        if (found === undefined) return;
        const scored = [...found]
          .filter(([id, { payload }]) => filter?.holds(id, payload) ?? true)
          .map(([id, { vector }]) => ({ id, score: vector[0] * query[0] + vector[1] * query[1] }))
          .filter(({ score }) => threshold === null || score > threshold)
          .sort((a, b) => b.score - a.score || a.id - b.id)
          .slice(0, limit);
        const { points: hits } = answer as { points: { id: number; score: number }[] };
        // `0` and `-0` are the same score.
        expect(hits.map(({ id, score }) => ({ id, score: score + 0 }))).toEqual(
          scored.map(({ id, score }) => ({ id, score: score + 0 })),
        );
      }),
    ),
];

let folder: string;
let server: VectorServer;

// A few points fill a log: compaction runs beside the calls.
const start = async (): Promise<VectorServer> =>
  startVectorServer({ folder, port: 0, compaction: { fromBytes: 4096, ratio: 1.5 } });

/** What was answered is on disk, so that a new server answers alike. */
const restart = fc.constant(
  command('restart', async (_, real) => {
    await server.close();
    server = await start();
    real.rest = restClient(server.url);
  }),
);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutover-model-'));
  server = await start();
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const fresh = async (): Promise<{ model: Model; real: Real }> => {
  const rest = restClient(server.url);
  for (const name of ['c0', 'c1', 'c2']) await rest.result('DELETE', `/collections/${name}`);
  return { model: { collections: new Map(), aliases: new Map() }, real: { rest } };
};

test(
  `${RUNS} random sequences of calls are answered as a plain map would answer them`,
  async () => {
    const sequences = fc.commands([...commands.flatMap((one) => [one, one, one]), restart], { maxCommands: 30 });
    await fc.assert(
      fc.asyncProperty(sequences, async (sequence) => {
        const world = await fresh();
        // Something to work on: most calls about nothing are 404.
        await world.real.rest.result('PUT', '/collections/c0', CREATE);
        world.model.collections.set('c0', new Map());
        await fc.asyncModelRun(() => world, sequence);
      }),
      { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
    );
  },
  60_000 + RUNS * 1000,
);

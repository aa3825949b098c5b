import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMemoryRegistry } from '../../src/adapters/memory/create-memory-registry.js';
import { connectPostgres } from '../../src/adapters/postgres/index.js';
import type { RegistryPorts } from '../../src/adapters/registry-rules.js';
import type { OpenSwitch } from '../../src/domain/alias/index-row.js';
import type { Decision, SwitchFacts } from '../../src/domain/alias/switch.js';
import type { DocumentChange } from '../../src/domain/corpus/document.js';
import { aliasName, contentKey, docId, indexName, vectorName, type IndexName } from '../../src/domain/ids.js';
import type { IndexVersion, VersionState } from '../../src/domain/version/version.js';
import type { NewVersion } from '../../src/ports/registry.js';
import { freshDatabase } from '../support/database.js';

/** One adapter under test, and a way to let its clock run. */
export interface RegistryHarness extends RegistryPorts {
  readonly name: 'memory' | 'postgres';
  /** Let this many milliseconds pass on the adapter's own clock. */
  elapse(ms: number): Promise<void>;
  /** SQL behind the adapter's back; only Postgres has any. */
  readonly databaseUrl: string | undefined;
  close(): Promise<void>;
}

export async function memoryHarness(): Promise<RegistryHarness> {
  let clock = Date.parse('2026-01-01T00:00:00Z');
  return {
    name: 'memory',
    ...createMemoryRegistry({ now: () => clock }),
    elapse: async (ms) => void (clock += ms),
    databaseUrl: undefined,
    close: async () => undefined,
  };
}

export async function postgresHarness(): Promise<RegistryHarness> {
  const database = await freshDatabase();
  const { close, ...ports } = await connectPostgres({ url: database.url });
  return {
    name: 'postgres',
    ...ports,
    elapse: (ms) => sleep(ms + 5),
    databaseUrl: database.url,
    async close() {
      await close();
      await database.drop();
    },
  };
}

let indexes = 0;

/** A name no other test uses: tests share one database. */
export const freshIndex = (): IndexName => indexName(`index-${(indexes += 1)}`);

export const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

export const change = (
  id: string,
  text = `text of ${id}`,
  metadata: DocumentChange['metadata'] = {},
): DocumentChange => ({
  id: docId(id),
  contentHash: sha(text),
  metadata,
  content: { key: contentKey(`${sha(text)}/1/0`), text },
});

/** A new scan that records these documents as changed. */
export async function scanIn(
  { log }: Pick<RegistryPorts, 'log'>,
  index: IndexName,
  changes: readonly DocumentChange[],
): Promise<void> {
  await log.record(await log.openScan(index), { changes, unchanged: [] });
}

export const newVersion = (index: IndexName, startedBy = 'anna'): NewVersion => ({
  index,
  identity: {
    embedder: {
      provider: 'hashing',
      model: 'test',
      revision: '1',
      dtype: 'float32',
      pooling: 'none',
      normalize: true,
      dimensions: 8,
      maxTokens: 0,
      truncation: 'cut',
      documentPrefix: '',
      queryPrefix: '',
    },
    chunker: { kind: 'whole', parameters: {}, algorithm: 1, tokenizer: 'test' },
    schema: { payloadVersion: 1, payloadIndexes: [], distance: 'Cosine', onDisk: false, quantization: 'none' },
  },
  fingerprints: { embedder: sha('e'), chunker: sha('c'), schema: sha('s'), version: sha(`version of ${startedBy}`) },
  probes: { texts: ['a'], vectors: [[0.1, -1e-7]] },
  config: { index, nested: { list: [1, null, true] } },
  policy: { margin: 0.02 },
  digest: sha(`digest of ${startedBy}`),
  store: 'http://vectors',
  startedBy,
  vectorName: vectorName('e-123456789abc'),
});

export async function configure({ registry }: Pick<RegistryPorts, 'registry'>, index: IndexName): Promise<void> {
  await registry.putIndex({ index, alias: aliasName(index), config: {}, configHash: sha('{}'), actor: 'anna' });
}

/** The index with one version that has just been planned. */
export async function planned(ports: Pick<RegistryPorts, 'registry'>, index: IndexName): Promise<IndexVersion> {
  await configure(ports, index);
  return ports.registry.createVersion(newVersion(index));
}

const ROAD: readonly VersionState[] = ['planned', 'building', 'built', 'verified', 'compared', 'approved'];

/** Take a planned version along the road, up to a state. */
export async function walkTo(
  { registry }: Pick<RegistryPorts, 'registry'>,
  { index, number }: Pick<IndexVersion, 'index' | 'number'>,
  goal: VersionState,
): Promise<void> {
  for (const [step, from] of ROAD.slice(0, ROAD.indexOf(goal)).entries()) {
    const to = ROAD[step + 1] ?? goal;
    await registry.transition({ index, number }, { from: [from], to, actor: 'anna' });
  }
}

/** A decision function that opens whatever is asked for. */
export const openAnything =
  (by: string, kind: OpenSwitch['kind'] = 'promotion') =>
  ({ row, to, now }: SwitchFacts) => ({
    kind: 'open' as const,
    open: {
      ...(row.live === undefined ? {} : { from: row.live }),
      to: to.number,
      epoch: row.epoch + 1,
      by,
      kind,
      deadline: new Date(Date.parse(now) + 60_000).toISOString(),
    },
  });

/** Flip the alias, all of it but the alias. */
export async function flip(
  { registry }: Pick<RegistryPorts, 'registry'>,
  { index, number }: Pick<IndexVersion, 'index' | 'number'>,
  kind: OpenSwitch['kind'] = 'promotion',
): Promise<void> {
  const decision = await registry.beginSwitch(
    { index, to: number, by: 'execution', kind, actor: 'anna' },
    openAnything('execution', kind),
  );
  if (decision.kind === 'open') await registry.commitSwitch(index, decision.open.epoch, 'anna');
}

/** A version that has gone all the way. */
export async function madeLive(
  ports: Pick<RegistryPorts, 'registry'>,
  index: IndexName,
  startedBy: string,
): Promise<IndexVersion> {
  const version = await ports.registry.createVersion(newVersion(index, startedBy));
  await walkTo(ports, version, 'approved');
  await flip(ports, version);
  return version;
}

export const decisionOn = (version: IndexVersion, over: Partial<Decision> = {}): Decision => ({
  id: `${version.index}-${version.number}-1`,
  index: version.index,
  version: version.number,
  answer: 'approved',
  by: 'berta',
  reason: 'looks good',
  override: false,
  versionDigest: version.digest,
  reportDigest: sha('report'),
  liveEpoch: 0,
  expiresAt: '2999-01-01T00:00:00.000Z',
  at: '2026-01-01T00:00:00.000Z',
  ...over,
});

export async function collect<T>(pages: AsyncIterable<readonly T[]>): Promise<T[][]> {
  const all: T[][] = [];
  for await (const page of pages) all.push([...page]);
  return all;
}

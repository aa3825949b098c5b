import { serve } from '@hono/node-server';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HashingEmbedder } from '../../src/adapters/embedders/hashing-embedder.js';
import { createMemoryRegistry } from '../../src/adapters/memory/create-memory-registry.js';
import { MemoryVectorStore } from '../../src/adapters/memory/vector-store.js';
import type { GatewayOptions, GatewayPorts } from '../../src/api/gateway.js';
import { createGateway } from '../../src/api/gateway.js';
import { aliasName, docId, indexName } from '../../src/domain/ids.js';
import type { EmbedderSpec } from '../../src/domain/index-spec.js';
import { numberPoints } from '../../src/domain/chunk/point-id.js';
import { fingerprintsOf, vectorNameOf } from '../../src/domain/version/fingerprint.js';
import type { VersionIdentity } from '../../src/domain/version/identity.js';
import type { IndexVersion } from '../../src/domain/version/version.js';
import type { Embedder } from '../../src/ports/embedder.js';
import type { Ports } from '../../src/ports/index.js';
import type { Registry } from '../../src/ports/registry.js';
import type { VectorStore } from '../../src/ports/vector-store.js';

export const DOCS = indexName('docs');
type HashingSpec = Extract<EmbedderSpec, { kind: 'hashing' }>;

/** Documents of the little corpus; every point says which version it belongs to. */
const TEXTS = { apple: 'apples grow on trees', bike: 'a bicycle has two wheels', cloud: 'clouds bring rain' };

/** Registry, vector store and hashing encoders, with versions one can build and flip to; no gate, no alias. */
export class SearchWorld {
  readonly registry: Registry;
  readonly vectors: VectorStore;
  private readonly embedders = new Map<string, Embedder>();
  readonly toolbox = {
    embedder: (spec: EmbedderSpec): Embedder => {
      const key = JSON.stringify(spec);
      const embedder = this.embedders.get(key) ?? new HashingEmbedder(spec as HashingSpec);
      this.embedders.set(key, embedder);
      return embedder;
    },
  };

  /** In memory unless others are given. */
  constructor(ports: Partial<Pick<Ports, 'registry' | 'vectors'>> = {}) {
    this.registry = ports.registry ?? createMemoryRegistry().registry;
    this.vectors = ports.vectors ?? new MemoryVectorStore();
  }

  async index(): Promise<this> {
    await this.registry.putIndex({
      index: DOCS,
      alias: aliasName('docs'),
      config: {},
      configHash: 'c'.repeat(64),
      actor: 'test',
    });
    return this;
  }

  /** A version with its collection filled, approved, but not live. */
  async build(embedder: HashingSpec): Promise<IndexVersion> {
    const encoder = this.toolbox.embedder(embedder);
    const identity: VersionIdentity = {
      embedder: await encoder.describe(),
      chunker: { kind: 'whole', parameters: {}, algorithm: 1, tokenizer: encoder.identity },
      schema: { payloadVersion: 1, payloadIndexes: [], distance: 'Cosine', onDisk: false, quantization: 'none' },
    };
    const fingerprints = fingerprintsOf(identity);
    const texts = ['one probe', 'another probe'];
    const version = await this.registry.createVersion({
      index: DOCS,
      identity,
      fingerprints,
      vectorName: vectorNameOf(fingerprints.embedder),
      probes: { texts, vectors: (await encoder.embedDocuments(texts)).map((vector) => [...vector]) },
      config: { embedder: { ...embedder } },
      policy: {},
      digest: 'd'.repeat(64),
      store: 'memory',
      startedBy: 'test',
    });
    await this.fill(version, encoder);
    const steps = ['planned', 'building', 'built', 'verified', 'compared', 'approved'] as const;
    for (const [at, to] of steps.slice(1).entries()) {
      await this.registry.transition(version, { from: [steps[at]!], to, actor: 'test' });
    }
    return version;
  }

  /** Steps 1 and 4 of a flip; the alias is of no interest here. */
  async flip(to: number): Promise<void> {
    const by = `flip-to-${to}`;
    const decision = await this.registry.beginSwitch(
      { index: DOCS, to, by, kind: 'promotion', actor: 'test' },
      ({ row, now }) => ({
        kind: 'open',
        open: {
          ...(row.live !== undefined && { from: row.live }),
          to,
          epoch: row.epoch + 1,
          by,
          kind: 'promotion',
          deadline: now,
        },
      }),
    );
    if (decision.kind === 'open') await this.registry.commitSwitch(DOCS, decision.open.epoch, 'test');
  }

  private async fill(version: IndexVersion, encoder: Embedder): Promise<void> {
    const { identity, vectorName, collection: name } = version;
    await this.vectors.createCollection({
      name,
      vectorName,
      dimensions: identity.embedder.dimensions,
      distance: 'Cosine',
      onDisk: false,
      quantization: 'none',
      metadata: {
        registry_id: await this.registry.id(),
        index: DOCS,
        version: version.number,
        embedder: version.fingerprints.embedder,
        chunker: version.fingerprints.chunker,
        schema: version.fingerprints.schema,
      },
      payloadIndexes: [],
    });
    const vectors = await encoder.embedDocuments(Object.values(TEXTS));
    const points = Object.entries(TEXTS).map(([id, text], at) => ({
      id: numberPoints(docId(id))(text),
      vector: vectors[at]!,
      payload: {
        doc_id: id,
        chunk: 0,
        rev: 1,
        start: 0,
        end: text.length,
        text,
        content_hash: 'h',
        title: id.toUpperCase(),
        meta: { version: version.number, letter: id.charAt(0) },
      },
    }));
    await this.vectors.upsert(name, { vectorName, points, revisionAtMost: 1 });
  }
}

/** A gateway on a loopback port of its own. */
export async function startGateway(
  ports: GatewayPorts,
  options: GatewayOptions = {},
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const app = createGateway(ports, options);
  const server = await new Promise<Server>((resolve) => {
    const listening: Server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () =>
      resolve(listening),
    ) as Server;
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

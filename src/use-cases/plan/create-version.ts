import { LifecycleError } from '../../domain/errors.js';
import type { IndexSpec } from '../../domain/index-spec.js';
import type { JsonObject } from '../../domain/json.js';
import type { Sha256 } from '../../domain/ids.js';
import { canonicalJson } from '../../domain/version/canonical-json.js';
import { findResumable } from '../../domain/version/find-resumable.js';
import { sha256Hex } from '../../domain/version/sha256.js';
import type { IndexVersion, VersionState } from '../../domain/version/version.js';
import type { Ports } from '../../ports/index.js';
import type { CollectionSpec } from '../../ports/vector-store.js';
import { identify, probe, type Identification } from './identify.js';

export type CreatePorts = Pick<Ports, 'registry' | 'vectors' | 'toolbox' | 'judgements'>;

/** States of a candidate whose collection may not stand yet. */
const UNFINISHED: readonly VersionState[] = ['planned', 'building', 'paused'];

/**
 * A version for this configuration, ready to be caught up: row first, then collection, so that a crash between
 * them leaves nothing unknown. Harmless to repeat: a candidate of the same fingerprint, policy and golden set
 * is taken up again, whatever state it is in; so is a failed version of the same configuration whose collection
 * still stands, which goes on from its watermark.
 *
 * @throws {LifecycleError} `ALREADY_RUNNING` while another candidate exists, `JUDGEMENTS_INVALID`,
 *   `COLLECTION_CONFLICT`, and whatever embedder and store fail with.
 */
export async function createVersion(
  ports: CreatePorts,
  spec: IndexSpec,
  { startedBy }: { readonly startedBy: string },
): Promise<IndexVersion> {
  const wanted = await identify(ports, spec);
  const golden = spec.evaluation && (await ports.judgements.load(spec.evaluation));
  const digest = digestOf(spec, wanted, golden?.digest ?? null);
  const candidate = await findCandidate(ports, spec);
  if (candidate && candidate.digest !== digest) throw otherCandidate(candidate);
  const failed = candidate ? undefined : await findFailed(ports, spec, digest);
  if (failed) return ports.registry.transition(failed, { from: ['failed'], to: 'building', actor: startedBy });
  const version = candidate ?? (await plan(ports, spec, { startedBy, wanted, digest }));
  if (!UNFINISHED.includes(version.state)) return version;
  await ports.vectors.createCollection(collectionOf(version, await ports.registry.id()));
  if (version.state === 'building') return version;
  return ports.registry.transition(version, { from: ['planned', 'paused'], to: 'building', actor: startedBy });
}

async function findCandidate({ registry }: CreatePorts, { index }: IndexSpec): Promise<IndexVersion | undefined> {
  const row = await registry.index(index);
  return row?.candidate === undefined ? undefined : registry.version({ index, number: row.candidate });
}

/** Its ledger speaks of points: without them, or with somebody else's, there is nothing to go on with. */
async function findFailed(
  { registry, vectors }: CreatePorts,
  spec: IndexSpec,
  digest: Sha256,
): Promise<IndexVersion | undefined> {
  const [versions, { title: store }] = await Promise.all([registry.versions(spec.index), vectors.describe()]);
  const version = findResumable(versions, { digest, config: asJson(spec), store });
  if (version === undefined) return undefined;
  const [ours, collection] = await Promise.all([registry.id(), vectors.collection(version.collection)]);
  return collection?.metadata.registry_id === ours ? version : undefined;
}

interface Wanted {
  readonly startedBy: string;
  readonly wanted: Identification;
  readonly digest: Sha256;
}

async function plan(ports: CreatePorts, spec: IndexSpec, { startedBy, wanted, digest }: Wanted): Promise<IndexVersion> {
  const [probes, { title: store }] = await Promise.all([probe(ports, spec), ports.vectors.describe()]);
  return ports.registry.createVersion({
    index: spec.index,
    ...wanted,
    probes,
    config: asJson(spec),
    policy: asJson(spec.gate),
    digest,
    store,
    startedBy,
  });
}

/** What an approval binds: fingerprints, policy and golden set. Not the contents, which change every night. */
function digestOf(spec: IndexSpec, { fingerprints }: Identification, goldenSet: Sha256 | null): Sha256 {
  return sha256Hex(canonicalJson({ fingerprints, policy: spec.gate, goldenSet }));
}

function collectionOf(version: IndexVersion, registryId: string): CollectionSpec {
  const { identity, fingerprints } = version;
  return {
    name: version.collection,
    vectorName: version.vectorName,
    dimensions: identity.embedder.dimensions,
    distance: identity.schema.distance,
    onDisk: identity.schema.onDisk,
    quantization: identity.schema.quantization,
    payloadIndexes: identity.schema.payloadIndexes,
    metadata: {
      registry_id: registryId,
      index: version.index,
      version: version.number,
      embedder: fingerprints.embedder,
      chunker: fingerprints.chunker,
      schema: fingerprints.schema,
    },
  };
}

/** Plain data in the form it will come back in: no member is undefined. */
function asJson(value: object): JsonObject {
  return JSON.parse(canonicalJson(value)) as JsonObject;
}

function otherCandidate({ index, number, state }: IndexVersion): LifecycleError {
  return new LifecycleError(
    'ALREADY_RUNNING',
    `Version ${number} of "${index}" is ${state} and was planned with another configuration`,
    {
      hint: `Let it finish, or end it with \`cutover cancel ${index}\` or \`cutover reject ${index}\`.`,
      facts: { index, version: number, state },
    },
  );
}

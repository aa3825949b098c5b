import { PAYLOAD_VERSION } from '../../domain/chunk/payload.js';
import { vectorFault } from '../../domain/chunk/vector-key.js';
import { LifecycleError } from '../../domain/errors.js';
import type { VectorName } from '../../domain/ids.js';
import type { CollectionOptions, IndexSpec } from '../../domain/index-spec.js';
import { fingerprintsOf, vectorNameOf } from '../../domain/version/fingerprint.js';
import type {
  ProbeVectors,
  SchemaIdentity,
  VersionFingerprints,
  VersionIdentity,
} from '../../domain/version/identity.js';
import { PROBE_DOCUMENT, PROBE_TEXTS, spansOf } from '../../domain/version/probes.js';
import type { Ports } from '../../ports/index.js';

export interface Identification {
  readonly identity: VersionIdentity;
  readonly fingerprints: VersionFingerprints;
  readonly vectorName: VectorName;
}

/**
 * What a version of this configuration would be. Loads the model; embeds nothing.
 *
 * @throws whatever the embedder fails with when it cannot be described.
 */
export async function identify({ toolbox }: Pick<Ports, 'toolbox'>, spec: IndexSpec): Promise<Identification> {
  const embedder = toolbox.embedder(spec.embedder);
  const identity: VersionIdentity = {
    embedder: await embedder.describe(),
    chunker: toolbox.chunker(spec.chunker, embedder).describe(),
    schema: schemaOf(spec.collection),
  };
  const fingerprints = fingerprintsOf(identity);
  return { identity, fingerprints, vectorName: vectorNameOf(fingerprints.embedder) };
}

/**
 * What encoder and chunker of a configuration do with the probe texts today; kept with the version for ever.
 *
 * @throws {LifecycleError} `EMBED_REPLY_INVALID`, and whatever else the embedder fails with.
 */
export async function probe({ toolbox }: Pick<Ports, 'toolbox'>, spec: IndexSpec): Promise<ProbeVectors> {
  const embedder = toolbox.embedder(spec.embedder);
  const { dimensions } = await embedder.describe();
  const vectors = await embedder.embedDocuments(PROBE_TEXTS);
  const fault =
    vectors.length === PROBE_TEXTS.length
      ? vectors.map((vector) => vectorFault(vector, dimensions)).find((found) => found !== undefined)
      : `${vectors.length} vectors for ${PROBE_TEXTS.length} texts`;
  if (fault !== undefined) {
    throw new LifecycleError(
      'EMBED_REPLY_INVALID',
      `The embedder cannot be used: for the probe texts it gives ${fault}`,
      {
        hint: 'Check the embedding server or the model; nothing was built.',
      },
    );
  }
  const chunks = await toolbox.chunker(spec.chunker, embedder).chunk({ text: PROBE_DOCUMENT, prepend: '' });
  return {
    texts: PROBE_TEXTS,
    vectors: vectors.map((vector) => [...vector]),
    chunker: { text: PROBE_DOCUMENT, spans: spansOf(chunks) },
  };
}

function schemaOf({ distance, onDisk, quantization }: CollectionOptions): SchemaIdentity {
  return {
    payloadVersion: PAYLOAD_VERSION,
    payloadIndexes: [
      { field: 'doc_id', type: 'keyword' },
      { field: 'rev', type: 'integer' },
    ],
    distance,
    onDisk,
    quantization,
  };
}

import { LifecycleError } from '../../domain/errors.js';
import { compareIdentities, fingerprintOf } from '../../domain/version/fingerprint.js';
import { agreesWithProbes, agreesWithSpans, spansOf } from '../../domain/version/probes.js';
import type { IndexVersion } from '../../domain/version/version.js';
import type { Chunker } from '../../ports/chunker.js';
import type { Embedder } from '../../ports/embedder.js';
import type { Ports } from '../../ports/index.js';
import { specOf } from './catch-up-ports.js';

export interface VersionTools {
  readonly embedder: Embedder;
  readonly chunker: Chunker;
}

/** Encoder and chunker of a version, by the configuration frozen with it. */
export function toolsOf({ toolbox }: Pick<Ports, 'toolbox'>, version: IndexVersion): VersionTools {
  const spec = specOf(version);
  const embedder = toolbox.embedder(spec.embedder);
  return { embedder, chunker: toolbox.chunker(spec.chunker, embedder) };
}

/**
 * Whether a version may still be written with what its configuration names: same fingerprints, same cuts of the
 * probe document. Costs nothing; {@link checkProbes} asks the encoder itself.
 *
 * @throws {LifecycleError} `ENCODER_CHANGED`, `CHUNKER_CHANGED`
 */
export async function checkChunker({ embedder, chunker }: VersionTools, version: IndexVersion): Promise<void> {
  const now = await embedder.describe();
  if (fingerprintOf(now) !== version.fingerprints.embedder) {
    throw encoderChanged(version, compareIdentities(version.identity, { ...version.identity, embedder: now }));
  }
  const cuts = chunker.describe();
  if (fingerprintOf(cuts) !== version.fingerprints.chunker) {
    throw chunkerChanged(version, compareIdentities(version.identity, { ...version.identity, chunker: cuts }));
  }
  const probe = version.probes.chunker;
  if (!probe) return;
  const spans = spansOf(await chunker.chunk({ text: probe.text, prepend: '' }));
  if (!agreesWithSpans(probe, spans)) throw chunkerChanged(version, ['the probe document is cut elsewhere']);
}

/** The half that embeds: a few short texts. */
export async function checkProbes(
  { embedder }: VersionTools,
  version: IndexVersion,
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const vectors = await embedder.embedDocuments(version.probes.texts, options);
  if (!agreesWithProbes(version.probes, vectors)) {
    throw encoderChanged(version, ['the probe texts get other vectors (cosine below 0.999)']);
  }
}

function encoderChanged({ index, number }: IndexVersion, changes: readonly string[]): LifecycleError {
  return new LifecycleError(
    'ENCODER_CHANGED',
    `The encoder is not the one version ${number} of "${index}" was built with: ${changes.join('; ')}`,
    {
      hint: `Put the old encoder back, or build a new version with \`cutover reindex ${index}\`.`,
      facts: { index, version: number, changes },
    },
  );
}

function chunkerChanged({ index, number }: IndexVersion, changes: readonly string[]): LifecycleError {
  return new LifecycleError(
    'CHUNKER_CHANGED',
    `The chunker is not the one version ${number} of "${index}" was built with: ${changes.join('; ')}`,
    {
      hint: `Two chunkers may not share a collection: run \`cutover reindex ${index}\`.`,
      facts: { index, version: number, changes },
    },
  );
}

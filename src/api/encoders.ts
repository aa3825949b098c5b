import { LifecycleError } from '../domain/errors.js';
import type { IndexSpec } from '../domain/index-spec.js';
import { agreesWithProbes } from '../domain/version/probes.js';
import type { IndexVersion } from '../domain/version/version.js';
import type { Embedder } from '../ports/embedder.js';
import type { Toolbox } from '../ports/toolbox.js';

/** How long a failed check stands before the encoder is asked again. */
const RETRY_MS = 5000;

/**
 * Query encoders of versions. Before its first query an encoder must give the probe vectors that the version
 * was built with: one that has changed would answer with confident nonsense.
 */
export class Encoders {
  private readonly checked = new Map<string, { readonly encoder: Promise<Embedder>; failedAt?: number }>();

  constructor(
    private readonly toolbox: Pick<Toolbox, 'embedder'>,
    private readonly now: () => number,
  ) {}

  /** @throws LifecycleError `ENCODER_CHANGED`, or why the encoder does not answer. */
  of(version: IndexVersion): Promise<Embedder> {
    const key = `${version.index}/${version.number}`;
    const known = this.checked.get(key);
    if (known && (known.failedAt === undefined || this.now() - known.failedAt < RETRY_MS)) return known.encoder;
    const entry: { readonly encoder: Promise<Embedder>; failedAt?: number } = { encoder: this.check(version) };
    this.checked.set(key, entry);
    entry.encoder.catch(() => (entry.failedAt = this.now()));
    return entry.encoder;
  }

  private async check(version: IndexVersion): Promise<Embedder> {
    // Stored with the version: the encoder of then answers, whatever is configured now.
    const { embedder: spec } = version.config as unknown as IndexSpec;
    const encoder = this.toolbox.embedder(spec);
    const now = await encoder.embedDocuments(version.probes.texts);
    if (agreesWithProbes(version.probes, now)) return encoder;
    throw new LifecycleError(
      'ENCODER_CHANGED',
      `The encoder of version ${version.number} of "${version.index}" no longer gives the vectors it was built with`,
      { hint: `Restore the model, or move on: \`cutover reindex ${version.index}\`.` },
    );
  }
}

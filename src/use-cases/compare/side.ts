import type { IndexSpec } from '../../domain/index-spec.js';
import type { SideCard } from '../../domain/eval/report.js';
import type { IndexVersion } from '../../domain/version/version.js';
import type { Embedder } from '../../ports/embedder.js';
import type { Ports } from '../../ports/index.js';
import { specOf } from '../catch-up/catch-up-ports.js';

/** One version, ready to be asked: its physical collection and its own query encoder. */
export interface Side {
  readonly role: 'live' | 'candidate';
  readonly version: IndexVersion;
  readonly spec: IndexSpec;
  readonly embedder: Embedder;
  readonly totals: { readonly documents: number; readonly chunks: number };
}

export async function openSide(
  { toolbox, ledger }: Pick<Ports, 'toolbox' | 'ledger'>,
  role: Side['role'],
  version: IndexVersion,
): Promise<Side> {
  const spec = specOf(version);
  const { documents, chunks } = await ledger.totals({ index: version.index, number: version.number });
  return { role, version, spec, embedder: toolbox.embedder(spec.embedder), totals: { documents, chunks } };
}

/** What a reader tells two versions apart by. */
export function sideCard({ version, totals }: Side): SideCard {
  const { embedder, chunker } = version.identity;
  const parameters = Object.entries(chunker.parameters).map(([name, value]) => `${name} ${value}`);
  return {
    version: version.number,
    collection: version.collection,
    fingerprint: version.fingerprints.version,
    embedder: `${embedder.provider} · ${embedder.model} · ${embedder.dimensions} dimensions`,
    chunker: [chunker.kind, ...parameters].join(' · '),
    documents: totals.documents,
    chunks: totals.chunks,
  };
}

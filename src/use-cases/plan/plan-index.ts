import type { Slice } from '../../domain/corpus/document.js';
import type { IndexName } from '../../domain/ids.js';
import type { EmbedderSpec, IndexSpec } from '../../domain/index-spec.js';
import { planAction, type PlanAction } from '../../domain/plan/plan-action.js';
import { costUsd, priceOf } from '../../domain/plan/prices.js';
import type { VersionFingerprints, VersionIdentity } from '../../domain/version/identity.js';
import type { IndexVersion } from '../../domain/version/version.js';
import type { Ports } from '../../ports/index.js';
import { identify } from './identify.js';
import { sampleCorpus, type Sample } from './sample-corpus.js';

export type PlanPorts = Pick<Ports, 'registry' | 'log' | 'contents' | 'cache' | 'vectors' | 'toolbox'>;

export interface IndexPlan {
  readonly action: PlanAction;
  readonly reasons: readonly string[];
  /** Documents to apply; further figures are about these. */
  readonly documents: number;
  readonly chunks: number;
  readonly tokens: number;
  readonly cacheHits: number;
  /** Texts to embed. */
  readonly embeds: number;
  /** At the provider's list price; 0 for models that run here or whose price is not known (`reasons` says so). */
  readonly costUsd: number;
  /** Embedding time on this machine; null when it was not measured. */
  readonly seconds: number | null;
  readonly diskBytes: number;
  readonly identity: VersionIdentity;
  readonly fingerprints: VersionFingerprints;
  /** Documents the figures were extrapolated from; undefined when all were counted. */
  readonly sampledDocuments?: number;
}

export interface PlanOptions {
  readonly startedBy: string;
  /** Corpora with more documents are sampled and extrapolated, ≥ 1. */
  readonly sampleDocuments?: number;
}

const SAMPLE_DOCUMENTS = 2_000;
/** Vectors, graph and payload of a chunk beside its text, in multiples of the vector. */
const INDEX_FACTOR = 1.5;
const PAYLOAD_OVERHEAD_BYTES = 300;

/**
 * What a reindex would do and cost, from the log as it is now (scan first), with the real chunker and tokenizer.
 * Only a handful of texts is embedded, and only by models that run here, to measure their speed.
 */
export async function planIndex(ports: PlanPorts, spec: IndexSpec, options: PlanOptions): Promise<IndexPlan> {
  const wanted = await identify(ports, spec);
  const [{ head }, live, { title: store }] = await Promise.all([
    ports.log.state(spec.index),
    liveVersion(ports, spec.index),
    ports.vectors.describe(),
  ]);
  const { action, reasons } = planAction({ head, live, wanted, store });
  const range: Slice = { from: action === 'new-version' ? 0 : (live?.watermark ?? 0), to: head };
  const most = options.sampleDocuments ?? SAMPLE_DOCUMENTS;
  const sample = await sampleCorpus(ports, spec, { range, most, fingerprint: wanted.fingerprints.embedder });
  const { identity, fingerprints } = wanted;
  const dimensions = identity.embedder.dimensions;
  return { action, ...figures(sample, { embedder: spec.embedder, dimensions, reasons }), identity, fingerprints };
}

async function liveVersion({ registry }: PlanPorts, index: IndexName): Promise<IndexVersion | undefined> {
  const row = await registry.index(index);
  return row?.live === undefined ? undefined : registry.version({ index, number: row.live });
}

type Figures = Omit<IndexPlan, 'action' | 'identity' | 'fingerprints'>;

interface FigureFacts {
  readonly embedder: EmbedderSpec;
  readonly dimensions: number;
  readonly reasons: readonly string[];
}

function figures(sample: Sample, { embedder, dimensions, reasons }: FigureFacts): Figures {
  const scale = sample.sampled === 0 ? 0 : sample.documents / sample.sampled;
  const scaled = (value: number): number => Math.round(value * scale);
  const isExact = sample.sampled === sample.documents;
  const cost = costOf(embedder, sample.tokensToEmbed * scale);
  const said = [...reasons];
  if (!isExact) said.push(`figures extrapolated from ${sample.sampled} of ${sample.documents} documents`);
  if (cost.note !== undefined) said.push(cost.note);
  const embeds = scaled(sample.chunks - sample.cacheHits);
  return {
    reasons: said,
    documents: sample.documents,
    chunks: scaled(sample.chunks),
    tokens: scaled(sample.tokens),
    cacheHits: scaled(sample.cacheHits),
    embeds,
    costUsd: cost.usd,
    seconds: sample.secondsPerText === null ? null : embeds * sample.secondsPerText,
    diskBytes: scaled(sample.textBytes + sample.chunks * (dimensions * 4 * INDEX_FACTOR + PAYLOAD_OVERHEAD_BYTES)),
    ...(isExact ? {} : { sampledDocuments: sample.sampled }),
  };
}

function costOf(embedder: EmbedderSpec, tokens: number): { readonly usd: number; readonly note?: string } {
  if (embedder.kind !== 'openai') return { usd: 0 };
  if (embedder.baseUrl !== undefined)
    return { usd: 0, note: `the price of ${embedder.model} at its server is not known` };
  const price = priceOf(embedder.model);
  if (!price) return { usd: 0, note: `the price of ${embedder.model} is not known` };
  return {
    usd: costUsd(tokens, price),
    note: `OpenAI's list price: ${price.usdPerMillionTokens} USD per million tokens (seen ${price.asOf})`,
  };
}

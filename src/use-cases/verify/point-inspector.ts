import { createHash } from 'node:crypto';
import { vectorFault } from '../../domain/chunk/vector-key.js';
import type { ChunkId } from '../../domain/ids.js';
import { sha256OfFields } from '../../domain/version/sha256.js';
import type { StoredPoint } from '../../ports/vector-store.js';
import { MAX_FINDINGS, type Finding } from './verify-report.js';

export interface SampledPoint {
  readonly id: ChunkId;
  readonly docId: string;
  readonly vector: Float32Array;
}

/** Distinct vectors remembered at once. */
const MAX_REMEMBERED = 50_000;
/** From so many distinct texts on, a vector shared by more than this share of them says that the encoder is broken. */
const SHARED_TEXTS = 20;
const SHARED_SHARE = 0.1;
/** Shared vectors named: they are rarely a fault, and must not crowd out what is. */
const SHOWN_SHARED = 5;

interface Shared {
  readonly text: string;
  readonly docId: string;
  /** Further distinct texts with this vector. */
  others: number;
}

/**
 * Looks at every vector on the way: its soundness, whether distinct texts share it, and a sample that will search
 * for itself. Its memory does not grow with the collection.
 */
export class PointInspector {
  readonly findings: Finding[] = [];
  readonly sample: SampledPoint[] = [];
  private readonly remembered = new Map<string, Shared>();
  /** Only hashes divisible by it are remembered: equal vectors are kept or dropped together. */
  private sieve = 1;
  private seen = 0;

  /**
   * @param dimensions   What the embedder promises.
   * @param sampleEvery  Every n-th point joins the sample, ≥ 1.
   */
  constructor(
    private readonly dimensions: number,
    private readonly sampleEvery: number,
  ) {}

  look({ id, vector, payload }: StoredPoint): void {
    const docId = String(payload['doc_id']);
    const fault = vector ? vectorFault(vector, this.dimensions) : 'there is none under the expected name';
    if (fault !== undefined) this.find({ kind: 'vector', docId, detail: `vector of ${id}: ${fault}` });
    if (!vector || fault !== undefined) return;
    if (this.seen % this.sampleEvery === 0) this.sample.push({ id, docId, vector });
    this.seen += 1;
    const text = () => sha256OfFields([String(payload['title'] ?? ''), String(payload['text'])]);
    this.remember(docId, text, vector);
  }

  /** A few texts of the same words may share a vector; one vector for many says that text does not reach it. */
  sharedVectors(): { readonly findings: readonly Finding[]; readonly isBroken: boolean } {
    const shared = [...this.remembered.values()].filter(({ others }) => others > 0);
    const texts = this.remembered.size + shared.reduce((sum, { others }) => sum + others, 0);
    const most = shared.reduce((highest, { others }) => Math.max(highest, others + 1), 0);
    const findings = shared.slice(0, SHOWN_SHARED).map(({ docId, others }): Finding => ({
      kind: 'shared-vector',
      docId,
      detail: `one vector for ${others + 1} distinct texts`,
    }));
    return { findings, isBroken: texts >= SHARED_TEXTS && most > texts * SHARED_SHARE };
  }

  private find(finding: Finding): void {
    if (this.findings.length < MAX_FINDINGS) this.findings.push(finding);
  }

  private remember(docId: string, text: () => string, vector: Float32Array): void {
    const hash = createHash('sha256').update(bytesOf(vector)).digest();
    if (hash.readUInt32BE(0) % this.sieve !== 0) return;
    const key = hash.toString('latin1', 0, 16);
    const known = this.remembered.get(key);
    if (!known) this.remembered.set(key, { text: text(), docId, others: 0 });
    else if (known.text !== text()) known.others += 1;
    if (this.remembered.size > MAX_REMEMBERED) this.forgetHalf();
  }

  private forgetHalf(): void {
    this.sieve *= 2;
    for (const key of this.remembered.keys()) {
      if (Buffer.from(key, 'latin1').readUInt32BE(0) % this.sieve !== 0) this.remembered.delete(key);
    }
  }
}

export function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

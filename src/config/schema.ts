import { z } from 'zod';
import { DEFAULT_GATE } from '../domain/gate/policy.js';
import { DURATION } from './duration.js';

// The shape of cutover.yaml. Nothing is transformed here, so that one schema checks the file, is published
// to editors and fills the reference page; `to-index-spec.ts` turns the outcome into an `IndexSpec`.

const text = (description: string) => z.string().min(1, 'must not be empty').describe(description);
/** A whole number of at least 1 that may be left out. */
const optionalCount = (example: number, description: string) =>
  z
    .int()
    .min(1)
    .describe(description)
    .meta({ examples: [example] })
    .optional();
const share = z.number().min(0).max(1);
const durationText = z.string().regex(DURATION, 'must be a number with a unit, as in 90s, 30m, 2h or 7d');

/** Collections are named `<index>_v<number>`: a name of that form would read as another index's version. */
const NOT_A_COLLECTION = /^(?!.*_v\d+$)/;

const INDEX_NAME_RULE =
  'lower-case letters, digits, "-" and "_", at most 63, starting with a letter or digit, and not ending in _v<number>';

const indexNameSchema = z
  .string()
  .regex(/^(?!.*_v\d+$)[a-z0-9][a-z0-9_-]{0,62}$/, `not a name for an index: ${INDEX_NAME_RULE}`);

const aliasSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/, 'must be letters, digits, ".", "-" and "_", at most 255')
  .regex(NOT_A_COLLECTION, 'must not end in _v<number>: collections are named so')
  .describe("The name searches use in Qdrant. Default: the index's name.")
  .meta({ examples: ['search'] });

const sourceSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('files').describe('A folder of Markdown and text files.'),
      root: text('Folder that holds the documents.').meta({ examples: ['./docs'] }),
      include: z
        .array(text('A glob, relative to root.'))
        .min(1)
        .default(['**/*.md', '**/*.markdown', '**/*.txt'])
        .describe('Globs of the files that belong to the corpus, relative to `root`.'),
      exclude: z
        .array(text('A glob, relative to root.'))
        .default(['**/node_modules/**', '**/.git/**'])
        .describe('Globs of files to leave out.'),
    }),
    z.strictObject({
      kind: z
        .literal('jsonl')
        .describe('One JSON document per line, as BEIR writes them: `_id`, `title`, `text`, metadata.'),
      path: text('The file.').meta({ examples: ['./corpus.jsonl'] }),
    }),
  ])
  .describe('Where the documents come from.');

const windowShape = {
  maxTokens: z.int().min(8).max(100_000).default(256).describe("Largest chunk, counted in the embedder's own tokens."),
  overlapTokens: z
    .int()
    .min(0)
    .describe('Tokens that neighbouring chunks share; less than `maxTokens`. Default: an eighth of `maxTokens`.')
    .meta({ examples: [32] })
    .optional(),
};
const embedTitle = z.boolean().default(true).describe("Embed the document's title in front of every chunk.");

const overlapIsSmaller = (value: { maxTokens: number; overlapTokens?: number | undefined }) =>
  (value.overlapTokens ?? 0) < value.maxTokens;
const OVERLAP_RULE = { error: 'must be less than maxTokens', path: ['overlapTokens'] };

const chunkerSchema = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z
          .literal('markdown')
          .describe('Sections, then blocks, sentences and words; code and tables stay whole if they fit.'),
        ...windowShape,
        embedTitle,
        embedHeading: z.boolean().default(true).describe('Embed the path of headings in front of every chunk.'),
      })
      .refine(overlapIsSmaller, OVERLAP_RULE),
    z
      .strictObject({ kind: z.literal('tokens').describe('Fixed windows with overlap.'), ...windowShape, embedTitle })
      .refine(overlapIsSmaller, OVERLAP_RULE),
    z.strictObject({ kind: z.literal('whole').describe('One chunk per document.'), embedTitle }),
  ])
  .prefault({ kind: 'markdown' })
  .describe('How documents are cut. Default: `{ kind: markdown }`.');

const prefixes = {
  documentPrefix: z
    .string()
    .default('')
    .describe('Put in front of every document text.')
    .meta({ examples: ['passage: '] }),
  queryPrefix: z
    .string()
    .default('')
    .describe('Put in front of every query.')
    .meta({ examples: ['query: '] }),
};
const modelOf = (description: string, example: string) => text(description).meta({ examples: [example] });

const embedderSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('static').describe('Averaged token vectors; no neural network, thousands of documents a second.'),
      model: modelOf('A name that `cutover models` knows, or a folder.', 'wordllama-256'),
      dimensions: optionalCount(128, "Cut vectors to this length. Default: the model's own."),
    }),
    z.strictObject({
      kind: z
        .literal('transformers')
        .describe('An ONNX sentence encoder in this process; needs `@huggingface/transformers`.'),
      model: modelOf('A model on the Hugging Face hub, or a folder.', 'Xenova/all-MiniLM-L6-v2'),
      revision: modelOf('Commit or tag on the hub. Default: what was pulled.', 'main').optional(),
      dtype: text('Numeric type of the weights, which picks the ONNX file.').default('q8'),
      pooling: z.enum(['mean', 'cls', 'last_token']).default('mean').describe('How token vectors become one vector.'),
      normalize: z.boolean().default(true).describe('Scale vectors to length 1.'),
      maxTokens: optionalCount(512, "Longest input; more is cut. Default: the model's own limit."),
      ...prefixes,
      processes: optionalCount(2, 'Child processes that embed. Default: one per core.'),
    }),
    z.strictObject({
      kind: z.literal('openai').describe('OpenAI, and every server that speaks its `/v1/embeddings`.'),
      model: modelOf('Name the server knows.', 'text-embedding-3-small'),
      baseUrl: z
        .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
        .describe('Address of the server, `/v1` included. Default: OpenAI.')
        .meta({ examples: ['http://localhost:8080/v1'] })
        .optional(),
      dimensions: optionalCount(512, "Ask for shorter vectors. Default: the model's own."),
      maxTokens: z.int().min(1).default(8191).describe('Longest input the model takes.'),
      ...prefixes,
      apiKeyEnv: z
        .string()
        .regex(/^[A-Z_][A-Z0-9_]*$/, 'must be the NAME of an environment variable, such as OPENAI_API_KEY')
        .default('OPENAI_API_KEY')
        .describe('Name of the environment variable that holds the key.'),
      requestsPerMinute: optionalCount(3000, 'Rate limit. Default: none.'),
      tokensPerMinute: optionalCount(1_000_000, 'Rate limit. Default: none.'),
    }),
    z.strictObject({
      kind: z.literal('hashing').describe('Hashed words, for tests of the machinery; says nothing about meaning.'),
      dimensions: z.int().min(1).max(65_536).default(256).describe('Length of a vector.'),
      seed: z.int().min(0).default(1).describe('Another seed is another embedder.'),
    }),
  ])
  .describe('What turns text into vectors.');

const collectionSchema = z
  .strictObject({
    distance: z.enum(['Cosine', 'Dot', 'Euclid']).default('Cosine').describe('How vectors are compared.'),
    onDisk: z.boolean().default(false).describe('Keep vectors on disk.'),
    quantization: z.enum(['none', 'scalar']).default('none').describe('`scalar` keeps int8 copies in memory.'),
  })
  .prefault({})
  .describe('How the Qdrant collection is made.');

const evaluationSchema = z
  .strictObject({
    queries: text('Queries, `_id` and `text` per line (BEIR).').meta({ examples: ['./eval/queries.jsonl'] }),
    qrels: text('Judgements: query, document, grade (BEIR or TREC).').meta({ examples: ['./eval/qrels.tsv'] }),
    pinned: text('Queries whose expected document must stay in the top k.')
      .meta({ examples: ['./eval/pinned.jsonl'] })
      .optional(),
    segmentBy: text('Metadata field of the queries to report by. No effect in this release.')
      .meta({ examples: ['lang'] })
      .optional(),
  })
  .optional()
  .describe('Judged queries a comparison is measured by. Without them a candidate can only be approved by hand.');

const METRIC = /^((ndcg|recall|p|success|ap|rr)@[1-9]\d{0,3}|rr|ap)$/;
const metricSchema = z.string().regex(METRIC, 'must be a metric such as ndcg@10, recall@50, p@5, success@1, ap or rr');

const gateSchema = z
  .strictObject({
    primary: metricSchema.default(DEFAULT_GATE.primary).describe('The one metric that decides.'),
    mode: z
      .enum(['non-inferior', 'superior'])
      .default(DEFAULT_GATE.mode)
      .describe('`non-inferior`: not worse by more than `margin`. `superior`: better, and significantly so.'),
    margin: z
      .number()
      .gt(0)
      .lt(1)
      .default(DEFAULT_GATE.margin)
      .describe('Largest loss of the primary metric that is tolerated.'),
    alpha: z.number().gt(0).lt(0.5).default(DEFAULT_GATE.alpha).describe('One-sided level of the bounds.'),
    minimumGain: z
      .number()
      .min(0)
      .lt(1)
      .default(DEFAULT_GATE.minimumGain)
      .describe('`superior` only: smallest gain worth a claim.'),
    guardrails: z
      .array(
        z.strictObject({
          metric: z.union([z.literal('empty-rate'), metricSchema], {
            error: 'must be empty-rate or a metric such as rr',
          }),
          margin: z.number().gt(0).lt(1),
        }),
      )
      .default([...DEFAULT_GATE.guardrails])
      .describe('Further metrics, each with the loss it may take.')
      .meta({ examples: [[{ metric: 'rr', margin: 0.05 }]] }),
    annRecall: share
      .default(DEFAULT_GATE.annRecall)
      .describe('Least recall of approximate against exact search, on both sides.'),
    minimumQueries: z
      .int()
      .min(2)
      .default(DEFAULT_GATE.minimumQueries)
      .describe('Fewer judged queries are never a PASS.'),
    k: z.int().min(1).max(1000).default(DEFAULT_GATE.k).describe('Cut-off for pinned queries and for overlap figures.'),
    resamples: z
      .int()
      .min(1000)
      .max(1_000_000)
      .default(DEFAULT_GATE.resamples)
      .describe('Rounds of the bootstrap and of the randomisation test.'),
    seed: z.int().min(0).default(DEFAULT_GATE.seed).describe('Seed of both.'),
  })
  .prefault({})
  .describe('How a comparison becomes a verdict.');

const rolloutSchema = z
  .strictObject({
    approval: z
      .enum(['required', 'four-eyes', 'auto'])
      .default('required')
      .describe('`required`: a person approves. `four-eyes`: not the one who started it. `auto`: a PASS is enough.'),
    decisionWindow: durationText.default('72h').describe('Without a decision by then the candidate is rejected.'),
    rollbackWindow: durationText
      .default('24h')
      .describe('How long the previous version is kept in step after a promotion.'),
    bake: durationText
      .describe('How long a promoted version is watched. No effect in this release.')
      .meta({ examples: ['2h'] })
      .optional(),
  })
  .prefault({})
  .describe('Who decides, and for how long one can go back.');

const limitsSchema = z
  .strictObject({
    maxDocumentBytes: z.int().min(1024).default(10_485_760).describe('A larger document is quarantined.'),
    deleteAfterMisses: z
      .int()
      .min(1)
      .default(1)
      .describe('Scans that must miss a document before it counts as deleted.'),
    maxDeleteShare: z
      .number()
      .gt(0)
      .max(1)
      .default(0.2)
      .describe('A scan that would delete more of the corpus asks first.'),
    maxQuarantineShare: share.default(0.01).describe('A build that quarantines more of the documents stops.'),
    maxTokens: optionalCount(50_000_000, 'A run that would embed more tokens stops. Default: no limit.'),
    maxCostUsd: z
      .number()
      .gt(0)
      .describe('A run that would cost more stops. Default: no limit.')
      .meta({ examples: [5] })
      .optional(),
  })
  .prefault({})
  .describe('Bounds that stop a run before it does harm.');

const refreshSchema = z
  .strictObject({
    cron: text('Five fields: minute, hour, day, month, weekday.').meta({ examples: ['0 2 * * *'] }),
    timezone: text('IANA time zone.').default('UTC'),
  })
  .optional()
  .describe('When the corpus is scanned again. No effect in this release.');

const indexSchema = z.strictObject({
  alias: aliasSchema.optional(),
  source: sourceSchema,
  chunker: chunkerSchema,
  embedder: embedderSchema,
  collection: collectionSchema,
  evaluation: evaluationSchema,
  gate: gateSchema,
  rollout: rolloutSchema,
  limits: limitsSchema,
  refresh: refreshSchema,
});

/** The whole file. */
export const configSchema = z.strictObject({
  indexes: z
    .record(indexNameSchema, indexSchema)
    .refine((indexes) => Object.keys(indexes).length > 0, 'no index is configured')
    .describe('The indexes, by name. An index cannot be renamed.'),
});

export type IndexConfig = z.output<typeof indexSchema>;

import type OpenAI from 'openai';
import { LifecycleError } from '../../../domain/errors.js';
import type { EmbedderSpec } from '../../../domain/index-spec.js';
import type { EmbedderIdentity } from '../../../domain/version/identity.js';
import type { Embedder } from '../../../ports/embedder.js';
import { requireVectors } from '../checked-embedder.js';
import { inputRefused } from '../refused.js';
import { RequestRefused, RESTART, translateFailure } from './failures.js';
import { GptCounter } from './gpt-counter.js';
import { RateLimiter } from './rate-limiter.js';
import { parseReply } from './reply.js';
import type { EmbeddingsReply } from './reply.js';
import { retrying } from './retrying.js';

type OpenAiSpec = Extract<EmbedderSpec, { kind: 'openai' }>;

interface Options {
  readonly signal?: AbortSignal;
}

/** One text of a call with its place in it. */
interface Input {
  readonly index: number;
  readonly text: string;
  readonly tokens: number;
}

const MAX_INPUTS = 2_048;
const MAX_REQUEST_TOKENS = 300_000;
const REQUEST_LIMIT_MS = 60_000;
const PROBE_TEXT = 'What is the length of a vector?';

/**
 * OpenAI, and every server that speaks its `/v1/embeddings`. Nothing that a server answers is believed: number,
 * order, length and value of the vectors are checked. A request that is refused for its content is halved until the
 * texts at fault are found.
 */
export class OpenAiEmbedder implements Embedder {
  readonly cheap = false;
  readonly batchTexts = 512;
  readonly identity = GptCounter.identity;
  private readonly counter = new GptCounter();
  private readonly limiter: RateLimiter;
  private client: Promise<OpenAI> | undefined;
  private described: Promise<EmbedderIdentity> | undefined;
  /** Lowered when a server says that a request holds too many texts. */
  private maxInputs = MAX_INPUTS;

  constructor(
    private readonly spec: OpenAiSpec,
    private readonly environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.limiter = new RateLimiter(spec);
  }

  describe(): Promise<EmbedderIdentity> {
    this.described ??= this.probe().catch((error: unknown) => {
      this.described = undefined;
      throw error;
    });
    return this.described;
  }

  countTokens(texts: readonly string[]): Promise<readonly number[]> {
    return this.counter.countTokens(texts.map((text) => this.spec.documentPrefix + text));
  }

  embedDocuments(texts: readonly string[], options: Options = {}): Promise<readonly Float32Array[]> {
    return this.embed(
      texts.map((text) => this.spec.documentPrefix + text),
      options,
    );
  }

  async embedQuery(text: string, options: Options = {}): Promise<Float32Array> {
    const [vector] = await this.embed([this.spec.queryPrefix + text], options);
    return vector ?? new Float32Array();
  }

  async close(): Promise<void> {
    this.client = undefined;
  }

  private async embed(texts: readonly string[], options: Options): Promise<readonly Float32Array[]> {
    const { dimensions } = await this.describe();
    const tokens = await this.counter.countTokens(texts);
    const inputs = texts.map((text, index) => ({ index, text, tokens: tokens[index] ?? 0 }));
    this.requireSendable(inputs);
    const vectors: Float32Array[] = [];
    const refused: number[] = [];
    for (const request of this.requests(inputs))
      for (const outcome of await this.sendOrHalve(request, options))
        if (outcome.vector === undefined) refused.push(outcome.index);
        else vectors[outcome.index] = outcome.vector;
    if (refused.length > 0) throw inputRefused(refused, 'the server refuses it');
    requireVectors(vectors, { count: texts.length, dimensions });
    return vectors;
  }

  /** What would be refused anyway is not paid for. Only OpenAI's own models are sure to count as we do. */
  private requireSendable(inputs: readonly Input[]): void {
    const blank = inputs.filter(({ text }) => text.trim() === '');
    if (blank.length > 0) throw inputRefused(indexesOf(blank), 'it is blank');
    if (this.spec.baseUrl !== undefined) return;
    const long = inputs.filter(({ tokens }) => tokens > this.spec.maxTokens);
    if (long.length > 0) throw inputRefused(indexesOf(long), `it has more than ${this.spec.maxTokens} tokens`);
  }

  private *requests(inputs: readonly Input[]): Generator<readonly Input[]> {
    let batch: Input[] = [];
    let tokens = 0;
    for (const input of inputs) {
      const full = batch.length >= this.maxInputs || tokens + input.tokens > MAX_REQUEST_TOKENS;
      if (batch.length > 0 && full) {
        yield batch;
        batch = [];
        tokens = 0;
      }
      batch.push(input);
      tokens += input.tokens;
    }
    if (batch.length > 0) yield batch;
  }

  private async sendOrHalve(
    inputs: readonly Input[],
    options: Options,
  ): Promise<readonly { readonly index: number; readonly vector: Float32Array | undefined }[]> {
    try {
      const { vectors } = await this.send(inputs, options);
      return inputs.map(({ index }, at) => ({ index, vector: vectors[at] }));
    } catch (error) {
      if (!(error instanceof RequestRefused)) throw error;
      if (inputs.length === 1) return inputs.map(({ index }) => ({ index, vector: undefined }));
      const middle = Math.ceil(inputs.length / 2);
      if (error.status === 413) this.maxInputs = Math.min(this.maxInputs, middle);
      const first = await this.sendOrHalve(inputs.slice(0, middle), options);
      return [...first, ...(await this.sendOrHalve(inputs.slice(middle), options))];
    }
  }

  private send(inputs: readonly Input[], { signal }: Options): Promise<EmbeddingsReply> {
    const tokens = inputs.reduce((sum, input) => sum + input.tokens, 0);
    return retrying(async () => {
      await this.limiter.take(tokens, signal);
      const client = await this.connect();
      const body = {
        model: this.spec.model,
        input: inputs.map(({ text }) => text),
        // Said explicitly: the client would ask for base64 and decode whatever comes as if it were.
        encoding_format: 'float' as const,
        ...(this.spec.dimensions !== undefined && { dimensions: this.spec.dimensions }),
      };
      const reply: unknown = await client.embeddings.create(body, { signal }).catch((error: unknown) => {
        throw translateFailure(error, this.spec);
      });
      return parseReply(reply, inputs.length);
    }, signal);
  }

  private async probe(): Promise<EmbedderIdentity> {
    const text = this.spec.documentPrefix + PROBE_TEXT;
    const { model, vectors } = await this.send([{ index: 0, text, tokens: 16 }], {}).catch((error: unknown) => {
      throw error instanceof RequestRefused ? this.probeRefused(error) : error;
    });
    const dimensions = vectors[0]?.length ?? 0;
    if (this.spec.dimensions !== undefined && this.spec.dimensions !== dimensions)
      throw new LifecycleError(
        'DIMENSION_MISMATCH',
        `Asked "${this.spec.model}" for ${this.spec.dimensions} dimensions, it answers with ${dimensions}`,
        { hint: 'Remove embedder.dimensions: this server or model cannot shorten its vectors.' },
      );
    requireVectors(vectors, { count: 1, dimensions });
    return {
      provider: 'openai',
      model: this.spec.model,
      revision: model || this.spec.model,
      dtype: 'f32',
      pooling: 'remote',
      normalize: false,
      dimensions,
      maxTokens: this.spec.maxTokens,
      truncation: 'refuse',
      documentPrefix: this.spec.documentPrefix,
      queryPrefix: this.spec.queryPrefix,
    };
  }

  private probeRefused(cause: RequestRefused): LifecycleError {
    return new LifecycleError('MODEL_INVALID', `The embedding server refuses a plain request: ${cause.message}`, {
      hint: 'Check embedder.model and embedder.dimensions: not every model can shorten its vectors.',
      facts: { status: cause.status, model: this.spec.model },
      cause,
    });
  }

  private connect(): Promise<OpenAI> {
    this.client ??= this.createClient();
    return this.client;
  }

  private async createClient(): Promise<OpenAI> {
    const apiKey = this.environment[this.spec.apiKeyEnv];
    if (!apiKey && this.spec.baseUrl === undefined)
      throw new LifecycleError('AUTH_FAILED', `The environment variable ${this.spec.apiKeyEnv} is not set`, {
        hint: `export ${this.spec.apiKeyEnv}=… . ${RESTART}`,
      });
    const { OpenAI: Client } = await import('openai');
    return new Client({
      // Servers of one's own often want none, but the client insists on one.
      apiKey: apiKey || 'none',
      ...(this.spec.baseUrl !== undefined && { baseURL: this.spec.baseUrl }),
      // Its own retry waits without bound for Retry-After and cannot be interrupted.
      maxRetries: 0,
      timeout: REQUEST_LIMIT_MS,
    });
  }
}

function indexesOf(inputs: readonly Input[]): readonly number[] {
  return inputs.map(({ index }) => index);
}

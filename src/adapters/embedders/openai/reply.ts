import { replyInvalid } from '../checked-embedder.js';

/** What a server answered, checked. */
export interface EmbeddingsReply {
  /** Name the server gives the model; empty when it gives none. */
  readonly model: string;
  /** In the order of the inputs. */
  readonly vectors: readonly Float32Array[];
}

/**
 * Check an answer of `/v1/embeddings` and put it in order. Vectors are read whether they come as numbers or as base64:
 * servers are known to ignore the format that was asked for.
 *
 * @throws {LifecycleError} `EMBED_REPLY_INVALID` when one is missing, given twice, or no vector of numbers.
 */
export function parseReply(reply: unknown, count: number): EmbeddingsReply {
  if (!isObject(reply) || !Array.isArray(reply.data)) throw replyInvalid('it holds no list "data"');
  const data: readonly unknown[] = reply.data;
  if (data.length !== count) throw replyInvalid(`expected ${count} vectors, found ${data.length}`);
  const vectors = new Map<number, Float32Array>();
  for (const [position, entry] of data.entries()) {
    if (!isObject(entry)) throw replyInvalid(`entry ${position} is no object`);
    const index = entry.index ?? position;
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= count || vectors.has(index))
      throw replyInvalid(`entry ${position} has the index ${String(index)}`);
    vectors.set(index, toVector(entry.embedding, index));
  }
  return {
    model: typeof reply.model === 'string' ? reply.model : '',
    vectors: Array.from({ length: count }, (_, index) => vectors.get(index) ?? new Float32Array()),
  };
}

function toVector(embedding: unknown, index: number): Float32Array {
  if (typeof embedding === 'string') return fromBase64(embedding, index);
  if (!Array.isArray(embedding)) throw replyInvalid(`vector ${index} is no list of numbers`, { index });
  const numbers: readonly unknown[] = embedding;
  // JSON has no NaN: servers write null, which a conversion would take for 0.
  const wrong = numbers.find((component) => typeof component !== 'number');
  if (wrong !== undefined) throw replyInvalid(`vector ${index} holds ${JSON.stringify(wrong)}`, { index });
  return Float32Array.from(numbers as readonly number[]);
}

function fromBase64(text: string, index: number): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % 4 !== 0) throw replyInvalid(`vector ${index} is no base64 of float32`, { index });
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(4 * at));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

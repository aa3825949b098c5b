import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LifecycleError } from '../../../domain/errors.js';
import { breathe, isTurnOver } from '../../../pace.js';
import type { TokenIds } from '../tokens/encoder.js';
import { readSafetensors, tensorNumbers } from './safetensors.js';
import type { Tensor } from './safetensors.js';

/** Token vectors of a static model, each cut to the wanted length. */
export interface TokenTable {
  readonly dimensions: number;
  readonly dtype: string;
  readonly normalize: boolean;
  /**
   * Mean of the tokens' vectors, each times its weight where the model has weights.
   *
   * @returns undefined when there is no token to average.
   */
  average(ids: TokenIds): Float32Array | undefined;
}

interface Layout {
  readonly vectors: Tensor;
  readonly weights: Tensor | undefined;
  readonly mapping: Tensor | undefined;
}

/**
 * Load `model.safetensors` of a folder: WordLlama's layout (`embedding.weight`) or Model2Vec's (`embeddings`, perhaps
 * `weights` per token and `mapping` from token to row). Only the first `dimensions` components are kept: both
 * families are trained so that a prefix of a vector is a vector (Matryoshka), except Model2Vec's older ones, whose
 * components are principal ones and so in order of weight too.
 *
 * @param dimensions  Integer ≥ 1; undefined for the model's own.
 * @throws {LifecycleError} `MODEL_INVALID`, or `CONFIG_INVALID` when the model has fewer dimensions than wanted.
 */
export async function loadTokenTable(folder: string, dimensions: number | undefined): Promise<TokenTable> {
  const file = path.join(folder, 'model.safetensors');
  const layout = layoutOf(await readSafetensors(file), file);
  const [rows = 0, width = 0] = layout.vectors.shape;
  const wanted = dimensions ?? width;
  if (wanted > width)
    throw new LifecycleError('CONFIG_INVALID', `The model has ${width} dimensions, ${wanted} were asked for`, {
      hint: `Set embedder.dimensions to at most ${width}.`,
      facts: { folder, width, wanted },
    });
  const vectors = await cut(layout.vectors, { rows, width, wanted });
  const weights = layout.weights && numbers(layout.weights);
  const rowOf = layout.mapping && numbers(layout.mapping);
  return {
    dimensions: wanted,
    dtype: layout.vectors.dtype.toLowerCase(),
    normalize: await readNormalize(folder),
    average: (ids) => average(ids, { vectors, wanted, weights, rowOf }),
  };
}

function layoutOf(tensors: ReadonlyMap<string, Tensor>, file: string): Layout {
  const vectors = tensors.get('embedding.weight') ?? tensors.get('embeddings');
  if (vectors === undefined || vectors.shape.length !== 2 || vectors.shape.some((size) => size < 1))
    throw new LifecycleError(
      'MODEL_INVALID',
      `${file} holds no token vectors: expected a tensor "embedding.weight" or "embeddings", found ${[...tensors.keys()].join(', ')}`,
    );
  return { vectors, weights: tensors.get('weights'), mapping: tensors.get('mapping') };
}

async function cut(
  tensor: Tensor,
  size: { readonly rows: number; readonly width: number; readonly wanted: number },
): Promise<Float32Array> {
  const vectors = new Float32Array(size.rows * size.wanted);
  const numberAt = tensorNumbers(tensor);
  for (let row = 0; row < size.rows; row += 1) {
    for (let column = 0; column < size.wanted; column += 1)
      vectors[row * size.wanted + column] = numberAt(row * size.width + column);
    if (isTurnOver()) await breathe();
  }
  return vectors;
}

function numbers(tensor: Tensor): Float64Array {
  const numberAt = tensorNumbers(tensor);
  return Float64Array.from({ length: tensor.shape[0] ?? 0 }, (_, index) => numberAt(index));
}

interface Table {
  readonly vectors: Float32Array;
  readonly wanted: number;
  readonly weights: Float64Array | undefined;
  readonly rowOf: Float64Array | undefined;
}

function average(ids: TokenIds, { vectors, wanted, weights, rowOf }: Table): Float32Array | undefined {
  if (ids.length === 0) return undefined;
  const sums = new Float64Array(wanted);
  for (const id of ids) {
    const start = (rowOf?.[id] ?? id) * wanted;
    const weight = weights?.[id] ?? 1;
    // The hottest loop there is: without `!` a check for undefined in every turn doubles its time. An id outside of
    // the table gives NaN, which never passes the check of the answer.
    for (let column = 0; column < wanted; column += 1) sums[column]! += weight * vectors[start + column]!;
  }
  return Float32Array.from(sums, (sum) => sum / ids.length);
}

/** Model2Vec says in `config.json` whether vectors are scaled to length 1; WordLlama has no such file and always does. */
async function readNormalize(folder: string): Promise<boolean> {
  const file = path.join(folder, 'config.json');
  try {
    const config: unknown = JSON.parse(await readFile(file, 'utf8'));
    return !(typeof config === 'object' && config !== null && 'normalize' in config && config.normalize === false);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return true;
    throw new LifecycleError('MODEL_INVALID', `Cannot read ${file}`, { cause });
  }
}

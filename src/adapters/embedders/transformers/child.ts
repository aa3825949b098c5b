// Entry of the child processes that run ONNX models. Inference blocks the thread it runs on, and ending a worker
// thread in the middle of it aborts the whole process: only a process of its own is safe.
import type * as Library from '@huggingface/transformers';
import { INSTALL_COMMAND } from './install-command.js';
import type { FromChild, LoadModel, ToChild } from './protocol.js';

let loaded: Promise<(texts: readonly string[]) => Promise<readonly Float32Array[]>> | undefined;

process.on('message', (message: ToChild) => {
  if (message.kind === 'load') {
    loaded = loadModel(message);
    // It is reported with the first batch; until then nobody waits for it.
    loaded.catch(() => undefined);
  } else void answer(message.texts);
});
// The parent is gone, however it went: nobody wants the vectors any more.
process.on('disconnect', () => process.exit(0));

async function answer(texts: readonly string[]): Promise<void> {
  try {
    if (loaded === undefined) throw new Failure({ kind: 'failed', code: 'INTERNAL', message: 'no model was loaded' });
    send({ kind: 'vectors', vectors: await (await loaded)(texts) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    send(error instanceof Failure ? error.report : { kind: 'failed', code: 'MODEL_INVALID', message });
  }
}

function send(message: FromChild): void {
  process.send?.(message);
}

class Failure extends Error {
  constructor(readonly report: Extract<FromChild, { kind: 'failed' }>) {
    super(report.message);
  }
}

async function loadModel(load: LoadModel): Promise<(texts: readonly string[]) => Promise<readonly Float32Array[]>> {
  const { env, pipeline } = await importLibrary();
  env.allowRemoteModels = false;
  const extractor = await pipeline('feature-extraction', load.folder, {
    device: 'cpu',
    dtype: load.dtype as 'fp32',
    local_files_only: true,
    session_options: {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      // A spinning thread takes the core that another child computes on.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    },
  });
  bound(extractor, load);
  return async (texts) => {
    const tensor = await extractor([...texts], { pooling: load.pooling, normalize: load.normalize });
    const vectors = rows(tensor.data as Float32Array, texts.length);
    tensor.dispose();
    return vectors;
  };
}

/**
 * The library cuts texts at a limit of the tokenizer's own configuration, and knows none when that is silent. It cuts
 * plainly: a text that is cut loses its closing special token.
 */
function bound({ tokenizer }: Library.FeatureExtractionPipeline, { maxTokens, pooling }: LoadModel): void {
  tokenizer.config.model_max_length = maxTokens;
  // The last position holds the last token only when padding stands in front.
  if (pooling === 'last_token') tokenizer.padding_side = 'left';
}

async function importLibrary(): Promise<typeof Library> {
  try {
    return await import('@huggingface/transformers');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Failure({
      kind: 'failed',
      code: 'MISSING_DEPENDENCY',
      message: `The package @huggingface/transformers cannot be loaded: ${message.split('\n')[0] ?? ''}`,
      hint: INSTALL_COMMAND,
    });
  }
}

function rows(data: Float32Array, count: number): readonly Float32Array[] {
  const width = data.length / count;
  return Array.from({ length: count }, (_, row) => data.slice(row * width, (row + 1) * width));
}

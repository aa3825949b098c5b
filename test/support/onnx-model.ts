import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { onnx } from 'onnx-proto';
import { wordTokenizer } from './static-model.js';

/**
 * A folder that loads through the real pipeline: a table of word vectors and one Gather. Special and unknown tokens
 * have zero vectors, so that a wholly unknown text gives no usable vector, as it does in some real models.
 */
export async function writeOnnxModel(
  folder: string,
  words: Readonly<Record<string, readonly number[]>>,
): Promise<void> {
  await mkdir(path.join(folder, 'onnx'), { recursive: true });
  const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', ...Object.keys(words)];
  const width = Object.values(words)[0]?.length ?? 0;
  const rows = vocabulary.map((word) => words[word] ?? Array.from({ length: width }, () => 0));
  const write = (name: string, content: unknown) => writeFile(path.join(folder, name), JSON.stringify(content));
  await write('tokenizer.json', wordTokenizer(vocabulary));
  await write('tokenizer_config.json', {
    tokenizer_class: 'BertTokenizer',
    model_max_length: 64,
    unk_token: '[UNK]',
    pad_token: '[PAD]',
    cls_token: '[CLS]',
    sep_token: '[SEP]',
  });
  await write('config.json', {
    model_type: 'bert',
    architectures: ['BertModel'],
    hidden_size: width,
    max_position_embeddings: 64,
  });
  await writeFile(path.join(folder, 'onnx', 'model.onnx'), encodeGraph(rows));
}

function encodeGraph(rows: readonly (readonly number[])[]): Uint8Array {
  const { DataType } = onnx.TensorProto;
  const width = rows[0]?.length ?? 0;
  const value = (name: string, elemType: number, last: { dimValue: number } | undefined) => ({
    name,
    type: {
      tensorType: {
        elemType,
        shape: { dim: [{ dimParam: 'batch' }, { dimParam: 'tokens' }, ...(last ? [last] : [])] },
      },
    },
  });
  const ids = ['input_ids', 'attention_mask', 'token_type_ids'].map((name) => value(name, DataType.INT64, undefined));
  return onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 13 }],
    graph: {
      name: 'word-vectors',
      node: [{ opType: 'Gather', input: ['vectors', 'input_ids'], output: ['last_hidden_state'] }],
      initializer: [
        {
          name: 'vectors',
          dataType: DataType.FLOAT,
          dims: [rows.length, width],
          rawData: Buffer.from(Float32Array.from(rows.flat()).buffer),
        },
      ],
      input: ids,
      output: [value('last_hidden_state', DataType.FLOAT, { dimValue: width })],
    },
  }).finish();
}

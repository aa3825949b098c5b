/** ONNX file by dtype, as `@huggingface/transformers` names them. */
const ONNX_SUFFIXES: Readonly<Record<string, string>> = {
  fp32: '',
  fp16: '_fp16',
  q8: '_quantized',
  int8: '_int8',
  uint8: '_uint8',
  q4: '_q4',
  q4f16: '_q4f16',
  bnb4: '_bnb4',
};

/** Every dtype there is, the most exact one first. */
export const DTYPES: readonly string[] = Object.keys(ONNX_SUFFIXES);

/**
 * Path of a dtype's ONNX file inside a model folder.
 *
 * @returns undefined for a dtype that does not exist
 */
export function onnxFile(dtype: string): string | undefined {
  const suffix = ONNX_SUFFIXES[dtype];
  return suffix === undefined ? undefined : `onnx/model${suffix}.onnx`;
}

import { existsSync } from 'node:fs';
import path from 'node:path';
import { LifecycleError } from '../../../domain/errors.js';
import { DTYPES, onnxFile } from '../../models/dtypes.js';

/**
 * Path, inside the folder, of the ONNX file that a dtype stands for. A folder rarely has all of them: the default is
 * `q8`, the copy of MiniLM in the package registry is `int8`.
 *
 * @throws {LifecycleError} `CONFIG_INVALID` for a dtype that does not exist, `MODEL_INVALID` naming those that are here.
 */
export function requireOnnxFile(folder: string, dtype: string): string {
  const file = onnxFile(dtype);
  if (file === undefined)
    throw new LifecycleError('CONFIG_INVALID', `There is no dtype "${dtype}"`, { hint: `Use ${DTYPES.join(', ')}.` });
  const isHere = (name: string | undefined): boolean => name !== undefined && existsSync(path.join(folder, name));
  if (isHere(file)) return file;
  const here = DTYPES.filter((each) => isHere(onnxFile(each)));
  throw new LifecycleError('MODEL_INVALID', `Model folder ${folder} lacks ${file}, the file of dtype "${dtype}"`, {
    hint: here[0] === undefined ? `Add the file, or pull the model again.` : instead(here),
    facts: { folder, missing: [file], dtypes: here },
  });
}

const instead = (here: readonly string[]): string =>
  `Write \`dtype: ${here[0]}\` in the embedder's configuration (here: ${here.join(', ')}), or add the file.`;

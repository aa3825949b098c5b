import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface NodeCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * How to run one of our own entry files with this very Node.
 *
 * @param entry  The file's URL without extension, e.g. `new URL('./supervisor-main', import.meta.url)`:
 *   from the sources it is TypeScript and runs through tsx, from `dist` it is JavaScript.
 */
export function nodeCommand(entry: URL): NodeCommand {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  return nodeCommandFor(fileURLToPath(entry) + extension);
}

/** As `nodeCommand`, for a file named in full. */
export function nodeCommandFor(file: string): NodeCommand {
  if (!file.endsWith('.ts')) return { command: process.execPath, args: [file] };
  // A bare `tsx` would be looked up from the child's working folder, which is not ours.
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return { command: process.execPath, args: ['--import', loader, file] };
}

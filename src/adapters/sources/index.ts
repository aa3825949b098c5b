import type { SourceSpec } from '../../domain/index-spec.js';
import type { Source } from '../../ports/source.js';
import { openFiles } from './files.js';
import { openJsonl } from './jsonl.js';

/** The source an index is configured with. Nothing is read before it is listed. */
export function openSource(spec: SourceSpec, limits: { readonly maxDocumentBytes: number }): Source {
  return spec.kind === 'files' ? openFiles(spec, limits) : openJsonl(spec, limits);
}

import type { ChunkerSpec } from '../index-spec.js';

/** What stands in front of every chunk of a document when it is embedded: its title and a space, or nothing. */
export function prependOf(spec: ChunkerSpec, title: string | undefined): string {
  const name = title?.trim() ?? '';
  return spec.embedTitle && name !== '' ? `${name} ` : '';
}

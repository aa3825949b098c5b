import { LifecycleError } from '../../domain/errors.js';

/** The texts themselves are at fault: see the contract of `EMBED_INPUT_REFUSED` on the port. */
export function inputRefused(indexes: readonly number[], reason: string, cause?: unknown): LifecycleError {
  return new LifecycleError('EMBED_INPUT_REFUSED', `Cannot embed ${describeTexts(indexes)}: ${reason}`, {
    facts: { indexes: [...indexes] },
    cause,
  });
}

function describeTexts(indexes: readonly number[]): string {
  const shown = indexes.slice(0, 10).join(', ');
  const more = indexes.length > 10 ? ` and ${indexes.length - 10} more` : '';
  return `${indexes.length === 1 ? 'text' : 'texts'} ${shown}${more} of the batch`;
}

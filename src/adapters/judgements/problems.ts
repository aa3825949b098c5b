import { LifecycleError } from '../../domain/errors.js';

/** Named in one error; the number of further ones is said. */
const MAX_SHOWN = 50;

/** Collects what is wrong with all files, so that a person puts it right in one go. */
export class Problems {
  private readonly found: { readonly file: string; readonly line: number | null; readonly problem: string }[] = [];

  /** Reporter for one file; `line` counts from 1, undefined for the file as a whole. */
  of(file: string): (line: number | undefined, problem: string) => void {
    return (line, problem) => {
      this.found.push({ file, line: line ?? null, problem });
    };
  }

  /** @throws {LifecycleError} `JUDGEMENTS_INVALID` naming every problem. */
  throwIfAny(): void {
    if (this.found.length === 0) return;
    const shown = this.found.slice(0, MAX_SHOWN);
    const lines = shown.map(({ file, line, problem }) => `${file}${line === null ? '' : `:${line}`}: ${problem}`);
    const more = this.found.length - shown.length;
    if (more > 0) lines.push(`and ${more} more`);
    throw new LifecycleError('JUDGEMENTS_INVALID', `The judgements cannot be used:\n${lines.join('\n')}`, {
      hint: 'Correct evaluation.queries, evaluation.qrels and evaluation.pinned; nothing was started.',
      facts: { problems: shown, total: this.found.length },
    });
  }
}

export type Report = ReturnType<Problems['of']>;

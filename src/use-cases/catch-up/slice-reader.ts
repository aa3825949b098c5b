import { EMPTY_TEXT } from '../../domain/corpus/check-document.js';
import type { LogDocument, Slice } from '../../domain/corpus/document.js';
import { LifecycleError } from '../../domain/errors.js';
import type { LedgerEntry, VersionKey } from '../../ports/ledger.js';
import type { CatchUpPorts } from './catch-up-ports.js';
import { passagesOf, type PassageMaker } from './passage.js';
import { REQUEST_BYTES, type SliceTask, type TaskOutcome } from './slice-task.js';

/** Rows, and texts, held at once; a slice closes at 4 MB of text anyway. */
const PAGE_DOCUMENTS = 128;

export interface ReadOptions {
  readonly key: VersionKey;
  readonly slice: Slice;
  /** Undefined while encoder or chunker cannot be used: only what needs neither is then dealt with. */
  readonly maker: PassageMaker | undefined;
  /** Bytes of JSON one vector takes in a request. */
  readonly vectorBytes: number;
}

/** The documents of a slice that the ledger does not have yet, each with what has to become of it. */
export async function* readTasks(
  ports: Pick<CatchUpPorts, 'log' | 'ledger' | 'contents'>,
  options: ReadOptions,
): AsyncGenerator<SliceTask> {
  const { key, slice } = options;
  for await (const page of ports.log.read(key.index, slice, PAGE_DOCUMENTS)) {
    const entries = await ports.ledger.entries(
      key,
      page.map(({ id }) => id),
    );
    const due = page.filter(({ id, revision }) => (entries.get(id)?.revision ?? 0) < revision);
    const texts = await ports.contents.texts(due.flatMap(({ contentKey }) => contentKey ?? []));
    for (const document of due) {
      const text = document.contentKey === undefined ? undefined : texts.get(document.contentKey);
      yield await taskOf(options, { document, entry: entries.get(document.id), text });
    }
  }
}

interface Subject {
  readonly document: LogDocument;
  readonly entry: LedgerEntry | undefined;
  readonly text: string | undefined;
}

async function taskOf({ maker, vectorBytes }: ReadOptions, { document, entry, text }: Subject): Promise<SliceTask> {
  const without = (outcome: TaskOutcome): SliceTask => ({ document, entry, passages: [], outcome });
  if (document.kind === 'deleted') return without({ kind: 'delete' });
  if (document.problem !== undefined) return without({ kind: 'quarantine', reason: document.problem });
  if (text === undefined) throw contentMissing(document);
  if (!maker) return without({ kind: 'postpone' });
  const passages = await passagesOf(maker, document, text);
  if (passages.length === 0) return without({ kind: 'quarantine', reason: EMPTY_TEXT });
  const largest = passages.reduce((most, { bytes }) => Math.max(most, bytes), 0);
  if (largest + vectorBytes > REQUEST_BYTES) {
    return without({
      kind: 'quarantine',
      reason: `a chunk of ${largest} bytes exceeds one request (${REQUEST_BYTES})`,
    });
  }
  return { document, entry, passages, outcome: { kind: 'write' } };
}

function contentMissing({ id, revision }: LogDocument): LifecycleError {
  return new LifecycleError(
    'INTERNAL',
    `The text of "${id}" at revision ${revision} is missing from the content store`,
    {
      hint: 'Change or touch the document and refresh, so that its text is stored again.',
      facts: { id, revision },
    },
  );
}

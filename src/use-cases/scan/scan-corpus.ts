import { LifecycleError } from '../../domain/errors.js';
import type { IndexSpec } from '../../domain/index-spec.js';
import { planDeletions } from '../../domain/corpus/plan-deletions.js';
import type { ScanResult } from '../../domain/corpus/scan-result.js';
import type { ScanHandle } from '../../ports/corpus-log.js';
import type { Ports } from '../../ports/index.js';
import type { Source, SourceEntry } from '../../ports/source.js';
import { requireUnique } from './require-unique.js';
import { ScanBatch, type Findings } from './scan-batch.js';
import { whenThawed, type WaitOptions } from './when-thawed.js';

export type ScanPorts = Pick<Ports, 'log' | 'toolbox'>;

export type ScanProgress = Findings;

export interface ScanOptions extends WaitOptions {
  readonly onProgress?: (progress: ScanProgress) => void;
}

/** Entries looked up together. */
const BATCH_ENTRIES = 500;

/**
 * One pass over the source: what is new or changed goes to the log, what is gone is deleted once its
 * misses are due, unless too much is gone at once (then `withheldDeletions` counts it). Harmless to
 * repeat; a pass that fails deletes nothing. While the log is frozen it waits.
 *
 * @throws {LifecycleError} `SOURCE_INVALID`, `SOURCE_EMPTY`, `DUPLICATE_DOCUMENT_ID`, and `LOG_FROZEN` when
 *   the freeze outlasts the wait.
 */
export async function scanCorpus(ports: ScanPorts, spec: IndexSpec, options: ScanOptions = {}): Promise<ScanResult> {
  const source = ports.toolbox.source(spec.source, spec.limits);
  try {
    const scan = await ports.log.openScan(spec.index);
    const findings = await readAll({ ports, spec, source, scan, options });
    const { deleted, withheld } = await deleteMissing(ports, spec, { scan, options });
    const { head } = await ports.log.state(spec.index);
    return { ...findings, deleted, withheldDeletions: withheld, head };
  } finally {
    await source.close();
  }
}

interface Pass {
  readonly ports: ScanPorts;
  readonly spec: IndexSpec;
  readonly source: Source;
  readonly scan: ScanHandle;
  readonly options: ScanOptions;
}

async function readAll(pass: Pass): Promise<Findings> {
  let total: Findings = { scanned: 0, added: 0, changed: 0, unchanged: 0, problems: 0 };
  for await (const entries of inBatches(pass.source.list({ signal: pass.options.signal }), BATCH_ENTRIES)) {
    total = plus(total, await scanBatch(pass, entries));
    pass.options.onProgress?.(total);
  }
  if (total.scanned > 0) return total;
  throw new LifecycleError('SOURCE_EMPTY', `The source of "${pass.spec.index}" lists no document`, {
    hint: 'An empty listing deletes nothing; check the source.',
  });
}

async function scanBatch(pass: Pass, entries: readonly SourceEntry[]): Promise<Findings> {
  const { ports, scan, source, options } = pass;
  const ids = entries.map(({ id }) => id);
  const known = await ports.log.lookUp(scan, ids);
  await requireUnique(source, ids, known);
  const batch = new ScanBatch(known, pass.spec.limits.maxDocumentBytes, async (found) => {
    await whenThawed(() => ports.log.record(scan, found), options);
  });
  return batch.run(entries, options.signal);
}

async function deleteMissing(
  { log }: ScanPorts,
  { index, limits }: IndexSpec,
  { scan, options }: { readonly scan: ScanHandle; readonly options: ScanOptions },
): Promise<{ readonly deleted: number; readonly withheld: number }> {
  const { documents } = await log.state(index);
  const counts = await whenThawed(() => log.countMissing(scan, limits.deleteAfterMisses), options);
  const plan = planDeletions({ ...counts, documents, maxDeleteShare: limits.maxDeleteShare });
  if (plan.kind !== 'apply') return { deleted: 0, withheld: plan.kind === 'withhold' ? plan.due : 0 };
  const { deleted } = await whenThawed(() => log.deleteDue(scan, limits.deleteAfterMisses), options);
  return { deleted, withheld: 0 };
}

async function* inBatches<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function plus(a: Findings, b: Findings): Findings {
  return {
    scanned: a.scanned + b.scanned,
    added: a.added + b.added,
    changed: a.changed + b.changed,
    unchanged: a.unchanged + b.unchanged,
    problems: a.problems + b.problems,
  };
}

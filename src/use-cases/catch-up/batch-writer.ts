import type { IndexVersion } from '../../domain/version/version.js';
import type { LedgerEntry } from '../../ports/ledger.js';
import type { Point } from '../../ports/vector-store.js';
import type { CatchUpPorts } from './catch-up-ports.js';
import type { FencedWriter } from './fenced-writer.js';
import { emptyEntry, keptEntry, REQUEST_BYTES, REQUEST_POINTS, writtenEntry, type SliceTask } from './slice-task.js';
import { keepsLastGood } from './sweep.js';

/** A point, and the bytes it takes in a request. */
export interface SizedPoint {
  readonly point: Point;
  readonly bytes: number;
}

/** The three steps of applying documents: upsert, delete what is older, enter in the ledger. */
export class BatchWriter {
  constructor(
    private readonly ports: Pick<CatchUpPorts, 'vectors' | 'ledger'>,
    private readonly version: IndexVersion,
    private readonly fenced: FencedWriter,
  ) {}

  /** Step 1. May be called several times for a batch whose points fill more than one request. */
  async upsert(points: readonly SizedPoint[]): Promise<void> {
    const { collection, vectorName } = this.version;
    for (const request of inRequests(points)) {
      // The highest revision of the request: the lowest would refuse points that a dead attempt at this
      // very slice has written, and lose them.
      const revisionAtMost = request.reduce((highest, { payload }) => Math.max(highest, payload.rev), 0);
      await this.fenced.write((options) =>
        this.ports.vectors.upsert(collection, { vectorName, points: request, revisionAtMost }, options),
      );
    }
  }

  /**
   * Steps 2 and 3, once all points of these documents are written. Every document is cleaned, on first
   * builds too: an attempt may have died here before.
   */
  async finish(tasks: readonly SliceTask[]): Promise<readonly LedgerEntry[]> {
    const entries: LedgerEntry[] = [];
    for (const task of tasks) {
      const entry = await this.settle(task);
      if (entry) entries.push(entry);
    }
    const stale = entries.map(({ docId, revision, appliedRevision }) => ({
      docId,
      below: appliedRevision ?? revision + 1,
    }));
    if (stale.length === 0) return [];
    await this.fenced.write((options) => this.ports.vectors.deleteStale(this.version.collection, stale, options));
    await this.ports.ledger.write(this.version, entries);
    return entries;
  }

  private async settle(task: SliceTask): Promise<LedgerEntry | undefined> {
    const { outcome, entry } = task;
    switch (outcome.kind) {
      case 'postpone':
        return undefined;
      case 'write':
        return writtenEntry(task);
      case 'delete':
        return emptyEntry(task);
      case 'quarantine':
        // A dead attempt may have overwritten part of the last good chunks: half of them is not what they were.
        return entry?.appliedRevision !== undefined && (await keepsLastGood(this.ports, this.version.collection, entry))
          ? keptEntry(task, entry, outcome.reason)
          : emptyEntry(task, outcome.reason);
    }
  }
}

function* inRequests(points: readonly SizedPoint[]): Generator<readonly Point[]> {
  let request: Point[] = [];
  let bytes = 0;
  for (const { point, bytes: pointBytes } of points) {
    if (request.length >= REQUEST_POINTS || (request.length > 0 && bytes + pointBytes > REQUEST_BYTES)) {
      yield request;
      [request, bytes] = [[], 0];
    }
    request.push(point);
    bytes += pointBytes;
  }
  if (request.length > 0) yield request;
}

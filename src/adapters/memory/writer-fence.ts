import type { Slice } from '../../domain/corpus/document.js';
import type { DocId, Revision } from '../../domain/ids.js';
import type { VersionKey } from '../../ports/ledger.js';
import type { LeaseGrant, SliceLease, WriterFence, WriterGrant } from '../../ports/writer-fence.js';
import { leaseLost, staleWriter } from '../registry-errors.js';
import { corpusOf, inner, keyOf, requireVersion, type Lease, type MemoryState } from './state.js';

export class MemoryWriterFence implements WriterFence {
  constructor(private readonly state: MemoryState) {}

  async takeOver(version: VersionKey): Promise<WriterGrant> {
    const row = requireVersion(this.state, version);
    const writer = row.writer + 1;
    this.state.versions.set(keyOf(version), { ...row, writer });
    const leases = this.leases(version);
    for (const [slice, lease] of leases) {
      if (lease.state === 'held') this.supersede(version, lease);
      if (lease.state === 'released' || lease.untilMs <= this.state.now()) leases.delete(slice);
      else leases.set(slice, { ...lease, state: 'superseded' });
    }
    const latest = Math.max(0, ...[...leases.values()].map(({ untilMs }) => untilMs - this.state.now()));
    return { writer, watermark: row.watermark, waitMs: latest };
  }

  async acquire(slice: VersionKey & Slice & { readonly writer: number }, leaseMs: number): Promise<LeaseGrant> {
    this.requireWriter(slice);
    const now = this.state.now();
    const leases = this.leases(slice);
    const earlier = leases.get(sliceKey(slice));
    if (earlier?.state === 'held') this.supersede(slice, earlier);
    const running = earlier === undefined || earlier.state === 'released' ? now : Math.max(now, earlier.untilMs);
    const attempt = (earlier?.attempt ?? 0) + 1;
    leases.set(sliceKey(slice), {
      from: slice.from,
      to: slice.to,
      writer: slice.writer,
      attempt,
      untilMs: Math.max(running, now + leaseMs),
      state: 'held',
      headAtStart: corpusOf(this.state, slice.index).head,
    });
    return { attempt, waitMs: running - now };
  }

  async renew(lease: SliceLease, leaseMs: number): Promise<void> {
    this.requireWriter(lease);
    const held = this.held(lease);
    if (held === undefined) throw leaseLost(lease);
    this.leases(lease).set(sliceKey(lease), { ...held, untilMs: this.state.now() + leaseMs });
  }

  async release(lease: SliceLease): Promise<void> {
    const held = this.held(lease);
    if (held) this.leases(lease).set(sliceKey(lease), { ...held, state: 'released' });
  }

  async anyLease(version: VersionKey): Promise<boolean> {
    return [...this.leases(version).values()].some(
      ({ state, untilMs }) => state !== 'released' && untilMs > this.state.now(),
    );
  }

  async queuedSweeps(version: VersionKey, limit: number): Promise<readonly DocId[]> {
    return [...this.sweeps(version)].slice(0, limit);
  }

  async finishSweeps(version: VersionKey & { readonly writer?: number }, ids: readonly DocId[]): Promise<void> {
    if (version.writer !== undefined) this.requireWriter({ ...version, writer: version.writer });
    const queued = this.sweeps(version);
    for (const id of ids) queued.delete(id);
  }

  async advanceWatermark(version: VersionKey & { readonly writer: number }, to: Revision): Promise<Revision> {
    const row = this.requireWriter(version);
    const open = this.state.indexes.get(version.index)?.row.switch;
    const named = open?.from === version.number || open?.to === version.number;
    if (named || this.sweeps(version).size > 0 || to <= row.watermark) return row.watermark;
    this.state.versions.set(keyOf(version), { ...row, watermark: to });
    return to;
  }

  /** Documents the attempt may have written: those of its slice, and those that have left it since it began. */
  private supersede(version: VersionKey, lease: Lease): void {
    const queue = this.sweeps(version);
    for (const { document } of corpusOf(this.state, version.index).documents.values()) {
      const { id, revision } = document;
      if ((revision > lease.from && revision <= lease.to) || revision > lease.headAtStart) queue.add(id);
    }
  }

  private requireWriter(version: VersionKey & { readonly writer: number }) {
    const row = requireVersion(this.state, version);
    if (row.writer !== version.writer) throw staleWriter(version);
    return row;
  }

  private held(lease: SliceLease): Lease | undefined {
    const found = this.leases(lease).get(sliceKey(lease));
    const ours = found?.state === 'held' && found.writer === lease.writer && found.attempt === lease.attempt;
    return ours ? found : undefined;
  }

  private leases(version: VersionKey): Map<string, Lease> {
    return inner(this.state.leases, keyOf(version), () => new Map<string, Lease>());
  }

  private sweeps(version: VersionKey): Set<DocId> {
    return inner(this.state.sweeps, keyOf(version), () => new Set<DocId>());
  }
}

const sliceKey = ({ from, to }: Slice): string => `${from}-${to}`;

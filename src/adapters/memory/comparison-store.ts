import type { IndexName, Sha256, VersionNumber } from '../../domain/ids.js';
import type { ComparisonRecord, ComparisonStore } from '../../ports/comparison-store.js';
import { resealed } from '../registry-errors.js';
import { defined } from '../registry-rules.js';
import { requireVersion, type MemoryState, type Runs } from './state.js';

export class MemoryComparisonStore implements ComparisonStore {
  constructor(private readonly state: MemoryState) {}

  async seal(record: ComparisonRecord, runs: Runs): Promise<void> {
    requireVersion(this.state, { index: record.index, number: record.candidate });
    const stored = this.state.comparisons.get(record.id);
    if (stored !== undefined && stored.record.digest !== record.digest) throw resealed(record.id);
    if (stored === undefined) {
      this.state.comparisons.set(record.id, { record: defined(record), runs: defined(runs) });
    }
  }

  async get(id: string): Promise<ComparisonRecord | undefined> {
    return this.state.comparisons.get(id)?.record;
  }

  async runs(id: string): Promise<Runs | undefined> {
    return this.state.comparisons.get(id)?.runs;
  }

  async latest(index: IndexName, candidate: VersionNumber): Promise<ComparisonRecord | undefined> {
    return this.of(index).findLast((record) => record.candidate === candidate);
  }

  async looks(index: IndexName, candidateFingerprint: string, goldenSet: Sha256): Promise<number> {
    return this.of(index).filter((record) => {
      const { fingerprints } = requireVersion(this.state, { index, number: record.candidate });
      return record.verdict !== null && record.goldenSet === goldenSet && fingerprints.version === candidateFingerprint;
    }).length;
  }

  /** In the order they were sealed. */
  private of(index: IndexName): readonly ComparisonRecord[] {
    return [...this.state.comparisons.values()].map(({ record }) => record).filter((record) => record.index === index);
  }
}

import type { ScanInput, ScanResult } from '../src/contracts/workflows.js';
import { rootFailure } from './failures.js';
import { label } from './labels.js';
import { lengthy } from './proxies.js';

/** One pass over the source. Its workflow id makes sure that a corpus has one scanner at a time. */
export async function scan({ index }: ScanInput): Promise<ScanResult> {
  label({ index, phase: 'scanning' });
  try {
    return await lengthy.scanCorpus({ index });
  } catch (error) {
    throw rootFailure(error);
  }
}

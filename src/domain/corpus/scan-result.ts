import type { Revision } from '../ids.js';

/** scanned = added + changed + unchanged; documents with problems are among them. */
export interface ScanResult {
  readonly scanned: number;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly deleted: number;
  readonly withheldDeletions: number;
  readonly problems: number;
  readonly head: Revision;
}

import type { VersionKey } from '../ports/ledger.js';
import type { Ports } from '../ports/index.js';
import { oneLine } from './output/index.js';

/** Documents that a version could not apply, and why; it may hold what they were before. */
export interface LeftOut {
  readonly version: number;
  readonly documents: readonly { readonly docId: string; readonly reason: string }[];
  /** How many there are; `documents` may be the first of them only. */
  readonly total: number;
}

/** Documents named at most. */
const NAMED = 20;
const LINE_CHARACTERS = 160;

export async function readLeftOut({ ledger }: Pick<Ports, 'ledger'>, key: VersionKey, total: number): Promise<LeftOut> {
  const entries = total === 0 ? [] : await ledger.quarantined(key, NAMED);
  const documents = entries.map(({ docId, quarantine }) => ({ docId, reason: quarantine ?? '' }));
  return { version: key.number, documents, total };
}

/** Nothing when every document was applied. */
export function leftOutLines({ version, documents, total }: LeftOut): readonly string[] {
  if (documents.length === 0) return [];
  return [
    '',
    `Left out of v${version}, with the reason:`,
    ...documents.map(({ docId, reason }) => `  ${oneLine(`${docId}: ${reason}`, LINE_CHARACTERS)}`),
    ...(total > documents.length ? [`  and ${total - documents.length} more`] : []),
  ];
}

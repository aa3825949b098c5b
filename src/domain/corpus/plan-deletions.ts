export interface DeletionFacts {
  /** Present documents this scan did not see. */
  readonly missing: number;
  /** Those of them that have now been missing often enough. */
  readonly due: number;
  /** Documents present in the log before any deletion. */
  readonly documents: number;
  /** Share of the corpus one scan may delete, (0, 1]. */
  readonly maxDeleteShare: number;
}

export type DeletionPlan =
  | { readonly kind: 'none' }
  | { readonly kind: 'apply'; readonly due: number }
  | { readonly kind: 'withhold'; readonly due: number; readonly reason: string };

/** Fewer deletions than this are never withheld: small corpora change in large shares. */
const ALWAYS_ALLOWED = 50;

/**
 * Whether a complete scan may delete what it did not find. A source that lost a mount or a credential
 * looks like one whose documents were deleted, so a large share is withheld until a person agrees.
 */
export function planDeletions({ due, documents, maxDeleteShare }: DeletionFacts): DeletionPlan {
  if (due === 0) return { kind: 'none' };
  const share = due / documents;
  if (due <= ALWAYS_ALLOWED || share <= maxDeleteShare) return { kind: 'apply', due };
  const reason = `${due} of ${documents} documents (${percent(share)}) are gone from the source; at most ${percent(maxDeleteShare)} are deleted without being asked`;
  return { kind: 'withhold', due, reason };
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

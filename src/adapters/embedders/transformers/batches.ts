/** Bigger batches are slower on a CPU, and a model keeps the memory of its biggest one. */
const MAX_PADDED_TOKENS = 1_024;

/**
 * Put texts of similar length together, so that little is padded: sorted by tokens, then cut where number times
 * longest would pass 1,024.
 *
 * @param tokens  Tokens of each text as the model will see them, after cutting.
 * @returns       Batches of indexes into `tokens`, each at least one.
 */
export function batchesByLength(tokens: readonly number[]): readonly (readonly number[])[] {
  const order = tokens.map((_, index) => index).sort((a, b) => (tokens[a] ?? 0) - (tokens[b] ?? 0) || a - b);
  const batches: number[][] = [];
  let batch: number[] = [];
  for (const index of order) {
    const longest = tokens[index] ?? 0;
    if (batch.length > 0 && (batch.length + 1) * longest > MAX_PADDED_TOKENS) {
      batches.push(batch);
      batch = [];
    }
    batch.push(index);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

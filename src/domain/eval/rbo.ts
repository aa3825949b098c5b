/**
 * Rank-biased overlap, extrapolated: how alike two rankings are, the top weighing most.
 * Lists may differ in length; agreement at the last depth is taken to go on.
 *
 * @param a  Ids, best first, no repeats.
 * @param p  Persistence in (0, 1); .9 puts 86 % of the weight on the first ten ranks.
 * @returns  Value in [0, 1]; 1 when both are empty, 0 when only one is.
 * @throws {RangeError} when `p` is out of range.
 * @see Webber, Moffat & Zobel, TOIS 28(4), 2010, equation 32.
 */
export function rboExt(a: readonly string[], b: readonly string[], p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`RBO's persistence lies between 0 and 1, got ${p}`);
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  const s = short.length;
  const l = long.length;
  if (s === 0) return l === 0 ? 1 : 0;

  const shared = overlapByDepth(short, long);
  const atShort = shared[s - 1] ?? 0;
  const atLong = shared[l - 1] ?? 0;
  let sum = 0;
  for (let d = 1; d <= l; d += 1) {
    const beyondShort = d > s ? (atShort * (d - s)) / (s * d) : 0;
    sum += ((shared[d - 1] ?? 0) / d + beyondShort) * p ** d;
  }
  return ((1 - p) / p) * sum + ((atLong - atShort) / l + atShort / s) * p ** l;
}

/** X_d of the paper: ids that the first d ranks of both lists share, for d = 1 … length of the longer. */
function overlapByDepth(short: readonly string[], long: readonly string[]): readonly number[] {
  const seenShort = new Set<string>();
  const seenLong = new Set<string>();
  let shared = 0;
  return long.map((id, index) => {
    const other = short[index];
    seenLong.add(id);
    if (other !== undefined) {
      seenShort.add(other);
      if (other !== id && seenLong.has(other)) shared += 1;
    }
    if (seenShort.has(id)) shared += 1;
    return shared;
  });
}

/**
 * Adjust p-values for having asked several questions: the chance of one false alarm among all stays at α.
 *
 * @param pValues  In [0, 1], any order.
 * @returns        Adjusted, in the same order, in [0, 1].
 * @see Holm, Scandinavian Journal of Statistics 6(2), 1979.
 */
export function holmAdjust(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let floor = 0;
  order.forEach(({ p, index }, rank) => {
    floor = Math.max(floor, Math.min(1, p * (pValues.length - rank)));
    adjusted[index] = floor;
  });
  return adjusted;
}

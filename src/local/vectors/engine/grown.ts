type Numbers = Float64Array | Uint32Array;

/** The same numbers with room for `length`, at least doubled when there is not enough. */
export function grown<T extends Numbers>(numbers: T, length: number): T {
  if (length <= numbers.length) return numbers;
  const larger = new (numbers.constructor as new (length: number) => T)(Math.max(length, 2 * numbers.length));
  larger.set(numbers);
  return larger;
}

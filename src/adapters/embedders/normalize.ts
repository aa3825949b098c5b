/**
 * Scale to Euclidean length 1.
 *
 * @param vector  Changed in place.
 * @returns       Whether it could be: a zero vector has no direction and stays as it is.
 */
export function normalizeInPlace(vector: Float32Array): boolean {
  let squares = 0;
  for (const component of vector) squares += component * component;
  if (!(squares > 0)) return false;
  const scale = 1 / Math.sqrt(squares);
  for (let index = 0; index < vector.length; index += 1) vector[index] = (vector[index] ?? 0) * scale;
  return true;
}

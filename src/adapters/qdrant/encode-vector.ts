import { LifecycleError } from '../../domain/errors.js';

// Rounded to 8 decimals a unit vector takes half the JSON (+15 % upserts a second); the error is at most 7.5e-9.
const SCALE = 1e8;
// Below this the rounding would show: a relative error of 1e-5 and more.
const SMALL = 1e-3;

/**
 * A vector for JSON, components rounded to 8 decimals where that does no harm.
 *
 * @param of  What it belongs to, for the message.
 * @throws LifecycleError `VECTORS_REFUSED` when a component is not finite: JSON would make it null.
 */
export function encodeVector(vector: Float32Array | readonly number[], of: string): number[] {
  let largest = 0;
  for (const component of vector) {
    if (!Number.isFinite(component)) {
      throw new LifecycleError('VECTORS_REFUSED', `Cannot send the vector of ${of}: it has a component ${component}`);
    }
    largest = Math.max(largest, Math.abs(component));
  }
  if (largest < SMALL) return Array.from(vector);
  return Array.from(vector, (component) => Math.round(component * SCALE) / SCALE);
}

/** Half a surrogate pair: no UTF-8 encoding exists, so it would change on its way to any store. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether a text survives UTF-8: it holds no half of a surrogate pair. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

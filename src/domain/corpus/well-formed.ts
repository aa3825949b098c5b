// Native since V8 11.3 (Node 20); the compiler's library for ES2023 does not name it yet.
type Checked = string & { isWellFormed(): boolean };

/**
 * Whether a text survives UTF-8: it holds no half of a surrogate pair. One that does not would come back
 * from any store changed, and differing texts would share one hash.
 */
export function isWellFormed(text: string): boolean {
  return (text as Checked).isWellFormed();
}

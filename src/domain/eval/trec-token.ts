/** What splits a line of a TREC file for trec_eval (C `isspace`) or for Python's `split()`, and our own escape. */
const UNSAFE = /[\s%\u0000-\u001f\u007f-\u009f]/gu;

/** An id as it stands in TREC files: white space, control characters and `%` percent-encoded, so that ids stay distinct. */
export function trecToken(id: string): string {
  return id.replace(UNSAFE, (character) => encodeURIComponent(character));
}

/**
 * Order of two ids by the bytes of their UTF-8 form, as C's `strcmp`; negative when `a` comes first.
 * UTF-8 keeps the order of code points; UTF-16 does not, since surrogates stand below U+E000.
 */
export function compareDocnos(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return codePointOrder(left) - codePointOrder(right);
  }
  return a.length - b.length;
}

/** Lifts surrogates, which stand for code points above U+FFFF, over the rest of the plane. */
function codePointOrder(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

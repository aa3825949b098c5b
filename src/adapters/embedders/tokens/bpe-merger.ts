import { breathe, isTurnOver } from '../../../pace.js';
import type { TokenizerFile } from './tokenizer-file.js';

const SPACE_MARK = '\u2581';
const MAX_MERGING_CHARACTERS = 8_192;

/**
 * Byte-pair merges of one vocabulary with byte fallback: characters to token ids, lowest rank first, leftmost first.
 *
 * @see Sennrich, Haddow & Birch, ACL 2016; tie-breaking as in Hugging Face tokenizers.
 */
export class BpeMerger {
  private constructor(
    private readonly alphabet: Alphabet,
    private readonly merges: Merges,
    private readonly neighbours: Neighbours,
  ) {}

  /**
   * Tens of thousands of merges are read in many turns of the event loop.
   *
   * @returns undefined when the vocabulary is of another kind, or misses something this way of merging needs.
   */
  static async of({ model }: TokenizerFile): Promise<BpeMerger | undefined> {
    if (!isPlainBpe(model) || model.merges === undefined) return undefined;
    const vocabulary = new Map(Object.entries(model.vocab));
    const byteIds = byteTokens(vocabulary);
    const merges = await readMerges(vocabulary, model.merges);
    if (byteIds === undefined || merges === undefined) return undefined;
    const neighbours = await Neighbours.of(merges.products);
    return neighbours && new BpeMerger({ vocabulary, byteIds }, merges, neighbours);
  }

  /** Whether a space marker always begins something new: no token holds one behind another character. */
  get spaceBegins(): boolean {
    return !this.merges.isSpaceInside;
  }

  /** Whether a character is part of no merge, so that it always stands alone. */
  standsAlone(character: string): boolean {
    return !this.neighbours.knows(character);
  }

  /** Whether two characters stand side by side in some token, so that a merge may cross between them. */
  mayJoin(left: string, right: string): boolean {
    return this.neighbours.mayJoin(left, right);
  }

  /**
   * Token ids of a word whose spaces are already written as markers. A run of characters that no token joins to its
   * neighbours is merged by itself: no merge can cross such a place, so the outcome is the same and costs less.
   */
  encodeWord(word: string): number[] {
    const ids: number[] = [];
    let piece: string[] = [];
    for (const raw of word) {
      const character = isLoneSurrogate(raw) ? '\ufffd' : raw;
      const last = piece.at(-1);
      if (last !== undefined && !this.neighbours.mayJoin(last, character)) {
        this.mergeInto(ids, piece);
        piece = [];
      }
      piece.push(character);
    }
    this.mergeInto(ids, piece);
    return ids;
  }

  private mergeInto(ids: number[], piece: readonly string[]): void {
    const symbols: number[] = [];
    for (const character of piece) {
      const id = this.alphabet.vocabulary.get(character);
      if (id !== undefined) symbols.push(id);
      else for (const byte of Buffer.from(character)) symbols.push(this.alphabet.byteIds[byte] ?? 0);
    }
    const ranks = symbols.map((_, at) => this.merges.rankOf(symbols[at], symbols[at + 1]));
    while (this.mergeLowest(symbols, ranks));
    for (const symbol of symbols) ids.push(symbol);
  }

  /**
   * Join all pairs of the lowest rank in one pass, so that n equal pairs do not cost n passes. A join that makes a
   * pair of a lower rank ends the joining, because that pair is next.
   *
   * @returns whether anything was joined
   */
  private mergeLowest(symbols: number[], ranks: number[]): boolean {
    const rank = lowest(ranks);
    const product = this.merges.productIds[rank];
    if (product === undefined) return false;
    let write = 0;
    let joining = true;
    for (let read = 0; read < symbols.length; write += 1) {
      const joins = joining && ranks[read] === rank;
      symbols[write] = joins ? product : (symbols[read] ?? 0);
      ranks[write] = joins ? this.merges.rankOf(product, symbols[read + 2]) : (ranks[read] ?? Infinity);
      read += joins ? 2 : 1;
      if (!joins) continue;
      if (write > 0) ranks[write - 1] = this.merges.rankOf(symbols[write - 1], product);
      joining = Math.min(ranks[write] ?? Infinity, ranks[write - 1] ?? Infinity) >= rank;
    }
    symbols.length = write;
    ranks.length = write;
    return true;
  }
}

function lowest(ranks: readonly number[]): number {
  let best = Infinity;
  for (const rank of ranks) if (rank < best) best = rank;
  return best;
}

interface Alphabet {
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Tokens of the 256 bytes: what spells a character that has no token. */
  readonly byteIds: readonly number[];
}

interface Merges {
  /** Rank of joining two tokens; Infinity when they do not join. */
  rankOf(left: number | undefined, right: number | undefined): number;
  readonly productIds: Uint32Array;
  readonly products: readonly string[];
  /** Whether some product holds a space marker behind another character. */
  readonly isSpaceInside: boolean;
}

async function readMerges(
  vocabulary: ReadonlyMap<string, number>,
  lines: readonly (string | readonly [string, string])[],
): Promise<Merges | undefined> {
  const size = vocabulary.size;
  const ranks = new Map<number, number>();
  const productIds = new Uint32Array(lines.length);
  const products: string[] = [];
  let isSpaceInside = false;
  for (const [rank, line] of lines.entries()) {
    if (isTurnOver()) await breathe();
    const [left = '', right = ''] = typeof line === 'string' ? line.split(' ') : line;
    const product = left + right;
    const [leftId, rightId, productId] = [vocabulary.get(left), vocabulary.get(right), vocabulary.get(product)];
    if (leftId === undefined || rightId === undefined || productId === undefined) return undefined;
    if (Math.max(leftId, rightId) >= size) return undefined;
    ranks.set(leftId * size + rightId, rank);
    productIds[rank] = productId;
    products.push(product);
    isSpaceInside ||= /[^\u2581]\u2581/u.test(product);
  }
  const rankOf: Merges['rankOf'] = (left, right) =>
    left === undefined || right === undefined ? Infinity : (ranks.get(left * size + right) ?? Infinity);
  return { rankOf, productIds, products, isSpaceInside };
}

/** Which characters stand side by side in some token: a bit for each pair of those that merge at all. */
class Neighbours {
  private constructor(
    private readonly numbers: ReadonlyMap<string, number>,
    private readonly pairs: Uint8Array,
  ) {}

  static async of(products: readonly string[]): Promise<Neighbours | undefined> {
    const numbers = new Map<string, number>();
    for (const product of products) {
      for (const character of product) if (!numbers.has(character)) numbers.set(character, numbers.size);
      if (isTurnOver()) await breathe();
    }
    if (numbers.size > MAX_MERGING_CHARACTERS) return undefined;
    const neighbours = new Neighbours(numbers, new Uint8Array(numbers.size * numbers.size));
    for (const product of products) {
      neighbours.add([...product]);
      if (isTurnOver()) await breathe();
    }
    return neighbours;
  }

  knows(character: string): boolean {
    return this.numbers.has(character);
  }

  mayJoin(left: string, right: string): boolean {
    const place = this.place(left, right);
    return place !== undefined && this.pairs[place] === 1;
  }

  private add(characters: readonly string[]): void {
    for (let at = 1; at < characters.length; at += 1) {
      const place = this.place(characters[at - 1] ?? '', characters[at] ?? '');
      if (place !== undefined) this.pairs[place] = 1;
    }
  }

  private place(left: string, right: string): number | undefined {
    const row = this.numbers.get(left);
    const column = this.numbers.get(right);
    return row === undefined || column === undefined ? undefined : row * this.numbers.size + column;
  }
}

function isPlainBpe(
  model: TokenizerFile['model'],
): model is TokenizerFile['model'] & { vocab: Record<string, number> } {
  return (
    model.type === 'BPE' &&
    model.byte_fallback === true &&
    !model.dropout &&
    !model.ignore_merges &&
    !model.continuing_subword_prefix &&
    !model.end_of_word_suffix &&
    typeof model.vocab === 'object' &&
    model.vocab !== null
  );
}

function byteTokens(vocabulary: ReadonlyMap<string, number>): readonly number[] | undefined {
  if (!vocabulary.has(SPACE_MARK)) return undefined;
  const ids: number[] = [];
  for (let byte = 0; byte < 256; byte += 1) {
    const id = vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
    if (id === undefined) return undefined;
    ids.push(id);
  }
  return ids;
}

function isLoneSurrogate(character: string): boolean {
  return character.length === 1 && character >= '\ud800' && character <= '\udfff';
}

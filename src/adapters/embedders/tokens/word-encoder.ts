import { breathe, isTurnOver } from '../../../pace.js';
import { BpeMerger } from './bpe-merger.js';
import type { TokenEncoder, TokenIds } from './encoder.js';
import type { TokenizerFile } from './tokenizer-file.js';

const SPACE = 32;
const NEWLINE = 10;
const SPACE_MARK_CODE = 0x2581;
/** Words of this length or less are remembered. */
const CACHED_WORD_UNITS = 64;
/** Words in one generation of the cache; two generations are kept, about 20 MB together. */
const GENERATION_WORDS = 100_000;
/** Longer runs without a space are cut into pieces before merging; the clock is looked at after each. */
const LONG_WORD_UNITS = 4_096;

/**
 * Tokenizes word by word with a cache, several times as fast as the native tokenizer on the whole text, and with
 * the same ids: it is used only for vocabularies where no merge crosses from a character into the marker of the
 * space behind it (Llama 2 and its kin). A word is a run of spaces and what follows up to the next space or, where
 * the vocabulary never merges it, newline.
 *
 * Texts that spell an added token (`<s>`) go to `reference`, which alone knows how those are cut out.
 */
export class WordEncoder implements TokenEncoder {
  private readonly newlineBreaks: boolean;
  private young = new Map<string, readonly number[]>();
  private old = new Map<string, readonly number[]>();

  private constructor(
    private readonly merger: BpeMerger,
    private readonly added: RegExp | undefined,
    private readonly reference: TokenEncoder,
  ) {
    this.newlineBreaks = merger.standsAlone('\n');
  }

  /** @returns undefined when this tokenizer does not have the property. */
  static async of(file: TokenizerFile, reference: TokenEncoder): Promise<WordEncoder | undefined> {
    if ((file.pre_tokenizer ?? null) !== null || !marksSpacesOnly(file.normalizer)) return undefined;
    const merger = await BpeMerger.of(file);
    if (!merger?.spaceBegins) return undefined;
    return new WordEncoder(merger, addedPattern(file), reference);
  }

  get specialTokens(): number {
    return this.reference.specialTokens;
  }

  get unknownId(): number | undefined {
    return this.reference.unknownId;
  }

  async encode(texts: readonly string[]): Promise<readonly TokenIds[]> {
    const encoded: TokenIds[] = [];
    for (const text of texts) {
      const [elsewhere] = this.added?.test(text) ? await this.reference.encode([text]) : [];
      encoded.push(elsewhere ?? (await this.encodeText(text)));
    }
    return encoded;
  }

  async count(texts: readonly string[]): Promise<readonly number[]> {
    const counts: number[] = [];
    for (const text of texts) {
      if (this.added?.test(text)) counts.push(...(await this.reference.count([text])));
      else counts.push(await this.countText(text));
      if (isTurnOver()) await breathe();
    }
    return counts;
  }

  private async countText(text: string): Promise<number> {
    let count = 0;
    for (let at = 0; at < text.length;) {
      const end = this.wordEnd(text, at);
      count += this.idsAt(text, at, end).length;
      at = end;
      if (isTurnOver()) await breathe();
    }
    return count;
  }

  private async encodeText(text: string): Promise<TokenIds> {
    const ids = new IdBuffer(text.length);
    let at = 0;
    while (at < text.length) {
      const end = this.wordEnd(text, at);
      ids.push(this.idsAt(text, at, end));
      at = end;
      if (isTurnOver()) await breathe();
    }
    return ids.toIds();
  }

  /** End of the word that starts at `start`; a very long one is cut where no merge can cross, or at its bound. */
  private wordEnd(text: string, start: number): number {
    if (this.newlineBreaks && text.charCodeAt(start) === NEWLINE) return start + 1;
    const limit = Math.min(text.length, start + LONG_WORD_UNITS);
    let at = start;
    while (at < limit && isSpace(text.charCodeAt(at))) at += 1;
    while (at < limit && !this.beginsAnother(text.charCodeAt(at))) at += 1;
    return at === limit && at < text.length ? this.lastBreak(text, start, at) : at;
  }

  private beginsAnother(code: number): boolean {
    return isSpace(code) || (this.newlineBreaks && code === NEWLINE);
  }

  private lastBreak(text: string, start: number, limit: number): number {
    for (let at = limit; at > start; at -= 1) {
      if (isLowSurrogate(text.charCodeAt(at))) continue;
      const before = isLowSurrogate(text.charCodeAt(at - 1)) ? at - 2 : at - 1;
      if (!this.merger.mayJoin(marked(text, before), marked(text, at))) return at;
    }
    return isLowSurrogate(text.charCodeAt(limit)) ? limit - 1 : limit;
  }

  /** The tokenizer's normalizer puts one marker in front of the text. */
  private idsAt(text: string, start: number, end: number): readonly number[] {
    return this.idsOf(start === 0 ? ` ${text.slice(0, end)}` : text.slice(start, end));
  }

  private idsOf(word: string): readonly number[] {
    const known = this.young.get(word) ?? this.recall(word);
    if (known !== undefined) return known;
    const ids = this.merger.encodeWord(word.replaceAll(' ', '\u2581'));
    if (word.length <= CACHED_WORD_UNITS) this.remember(detached(word), ids);
    return ids;
  }

  private recall(word: string): readonly number[] | undefined {
    const ids = this.old.get(word);
    if (ids !== undefined) this.remember(detached(word), ids);
    return ids;
  }

  private remember(word: string, ids: readonly number[]): void {
    if (this.young.size >= GENERATION_WORDS) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(word, ids);
  }
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

/** The character at `at`, a space as its marker. */
function marked(text: string, at: number): string {
  const character = String.fromCodePoint(text.codePointAt(at) ?? SPACE);
  return character === ' ' ? '\u2581' : character;
}

/** A slice keeps its whole text alive; a copy does not. */
function detached(word: string): string {
  return Buffer.from(word, 'utf16le').toString('utf16le');
}

function isSpace(code: number): boolean {
  return code === SPACE || code === SPACE_MARK_CODE;
}

/** Whether all the normalizer does is to put a marker in front and to write every space as one. */
function marksSpacesOnly(normalizer: unknown): boolean {
  const expected = {
    type: 'Sequence',
    normalizers: [
      { type: 'Prepend', prepend: '\u2581' },
      { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' },
    ],
  };
  return JSON.stringify(normalizer) === JSON.stringify(expected);
}

function addedPattern(file: TokenizerFile): RegExp | undefined {
  const contents = (file.added_tokens ?? []).map(({ content }) => content.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return contents.length === 0 ? undefined : new RegExp(contents.join('|'), 'u');
}

/** Ids of one text; grows as needed, because a character can become several byte tokens. */
class IdBuffer {
  private ids: Uint32Array;
  private used = 0;

  constructor(characters: number) {
    this.ids = new Uint32Array(Math.ceil(characters / 3) + 8);
  }

  push(ids: readonly number[]): void {
    if (this.used + ids.length > this.ids.length) {
      const larger = new Uint32Array(2 * this.ids.length + ids.length);
      larger.set(this.ids);
      this.ids = larger;
    }
    this.ids.set(ids, this.used);
    this.used += ids.length;
  }

  toIds(): TokenIds {
    return this.ids.slice(0, this.used);
  }
}

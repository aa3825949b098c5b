/** The passage of a document that gets one vector. `source.slice(start, end) === text` always holds. */
export interface Chunk {
  readonly text: string;
  /** Offsets into the document's text, UTF-16 code units, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Titles of the sections the passage stands in, outermost first. */
  readonly heading: readonly string[];
  /**
   * Text embedded between the document's `prepend` and `text`: the path of headings that `text` does not show itself.
   * Absent when there is none; see `embeddedText`.
   */
  readonly lead?: string;
  /** Tokens of the embedded text, prefix and special tokens included. */
  readonly tokens: number;
}

/** What decides where a text is cut; hashed into the chunker fingerprint. */
export interface ChunkerIdentity {
  readonly kind: string;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** Raised whenever the same parameters cut differently. */
  readonly algorithm: number;
  /** Identity of the tokenizer that sizes are counted with. */
  readonly tokenizer: string;
}

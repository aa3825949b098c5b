/** How cutting counts and yields; given from outside, so that cutting itself stays pure. */
export interface CutTools {
  /** Tokens of each text as it will be embedded, prefix and special tokens included. */
  countTokens(texts: readonly string[]): Promise<readonly number[]>;
  /** Called often; yields to the event loop when it is time to. */
  breathe(): Promise<void>;
}

const BATCH_TEXTS = 512;
const BATCH_UNITS = 131_072;

/** Count many texts in batches that are bounded in number and size. */
export async function countAll(tools: CutTools, texts: readonly string[]): Promise<readonly number[]> {
  const counts: number[] = [];
  let batch: string[] = [];
  let units = 0;
  const flush = async () => {
    for (const count of await tools.countTokens(batch)) counts.push(count);
    batch = [];
    units = 0;
    await tools.breathe();
  };
  for (const text of texts) {
    batch.push(text);
    units += text.length;
    if (batch.length === BATCH_TEXTS || units >= BATCH_UNITS) await flush();
  }
  if (batch.length > 0) await flush();
  return counts;
}

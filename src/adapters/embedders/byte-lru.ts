/** Keeps what was used last, up to a number of bytes; an entry bigger than all of it is not kept. */
export class ByteLru<Value> {
  private readonly entries = new Map<string, Value>();
  private bytes = 0;

  /**
   * @param maxBytes  Bound on keys and values together.
   * @param sizeOf    Bytes of a value; the key is counted with two bytes a character.
   */
  constructor(
    private readonly maxBytes: number,
    private readonly sizeOf: (value: Value) => number,
  ) {}

  get(key: string): Value | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    const size = this.entrySize(key, value);
    if (size > this.maxBytes) return;
    this.remove(key);
    this.entries.set(key, value);
    this.bytes += size;
    while (this.bytes > this.maxBytes) this.remove(this.entries.keys().next().value);
  }

  private remove(key: string | undefined): void {
    const value = key === undefined ? undefined : this.entries.get(key);
    if (key === undefined || value === undefined) return;
    this.entries.delete(key);
    this.bytes -= this.entrySize(key, value);
  }

  private entrySize(key: string, value: Value): number {
    return 2 * key.length + this.sizeOf(value);
  }
}

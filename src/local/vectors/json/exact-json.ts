/** A number that JavaScript would write differently: `1.0`, `1e21`, `12345678901234567890`. */
export class ExactNumber {
  constructor(readonly text: string) {}
}

/** A value that is JSON already. */
export class RawJson {
  constructor(readonly text: string) {}
}

// Sixteen digits in a row outside of a fraction. Fractions of vectors have as many, so they must not count.
const LONG_INTEGER = /(?:^|[^\d.])\d{16}/;

/**
 * Read JSON that is known to be valid, integers beyond 2^53 as bigints, for filters and ids.
 *
 * @param parsed  What `JSON.parse` made of it, if that is known.
 */
export function parseJson(text: string, parsed?: unknown): unknown {
  if (LONG_INTEGER.test(text)) return new Parser(text, asBigint).value();
  return parsed ?? (JSON.parse(text) as unknown);
}

/** Read JSON that is known to be valid, keeping each number as it is written. */
export const parseExactly = (text: string): unknown => new Parser(text, asExactNumber).value();

/** `JSON.stringify`, and bigints, {@link ExactNumber} and {@link RawJson} as what they stand for. */
export function writeJson(value: unknown): string {
  if (value instanceof RawJson || value instanceof ExactNumber) return value.text;
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (value instanceof Float32Array) return `[${value.join(',')}]`;
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${writeJson(member)}`).join(',')}}`;
}

function asBigint(token: string): unknown {
  const number = Number(token);
  return Number.isSafeInteger(number) || !/^-?\d+$/.test(token) ? number : BigInt(token);
}

function asExactNumber(token: string): unknown {
  const number = Number(token);
  return String(number) === token ? number : new ExactNumber(token);
}

const TOKEN = /\s*(?:([[\]{},:])|("(?:[^"\\]|\\.)*")|([^\s,\]}:]+))/y;

/** Depth is bounded by whoever let the text in. */
class Parser {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly number: (token: string) => unknown,
  ) {}

  value(): unknown {
    return this.valueOf(this.token());
  }

  private valueOf(token: string): unknown {
    if (token === '[') return this.array();
    if (token === '{') return this.object();
    if (/^[-\d]/.test(token)) return this.number(token);
    return JSON.parse(token) as unknown;
  }

  private array(): unknown[] {
    const values: unknown[] = [];
    for (let token = this.token(); token !== ']'; token = this.token()) {
      if (token !== ',') values.push(this.valueOf(token));
    }
    return values;
  }

  private object(): object {
    const entries: [string, unknown][] = [];
    for (let token = this.token(); token !== '}'; token = this.token()) {
      if (token === ',') continue;
      this.token();
      entries.push([JSON.parse(token) as string, this.value()]);
    }
    // From entries, so that a key called `__proto__` is one like any other.
    return Object.fromEntries(entries);
  }

  private token(): string {
    TOKEN.lastIndex = this.at;
    const found = TOKEN.exec(this.text);
    if (found === null) throw new SyntaxError(`unexpected end at ${this.at}`);
    this.at = TOKEN.lastIndex;
    return (found[1] ?? found[2] ?? found[3]) as string;
  }
}

import { isJsonObject } from '../../../domain/filter/payload-path.js';
import { parseJson } from './exact-json.js';
import { StructureScanner } from './structure-scanner.js';

const SPACE = /[\s,:]/y;
const LITERAL = /[^\s,\]}]*/y;

/**
 * A value together with the text it was read from: JavaScript's numbers lose what a payload must keep
 * (`18446744073709551615`, `1.0`), its text does not.
 */
export class Located {
  private constructor(
    /** Exactly this value's JSON. */
    readonly text: string,
    /** As `JSON.parse` reads it. */
    readonly value: unknown,
  ) {}

  /** @throws {SyntaxError} when the text is not JSON */
  static parse(text: string): Located {
    return new Located(text.trim(), JSON.parse(text) as unknown);
  }

  /** The value with integers beyond 2^53 as bigints. */
  get exact(): unknown {
    return parseJson(this.text, this.value);
  }

  /** Members of an object by key; empty for anything else. Of a repeated key the last counts, as for `JSON.parse`. */
  members(): ReadonlyMap<string, Located> {
    const members = new Map<string, Located>();
    if (!isJsonObject(this.value)) return members;
    const reader = new ChildReader(this.text);
    for (let key = reader.nextText(); key !== undefined; key = reader.nextText()) {
      const name = JSON.parse(key) as string;
      members.set(name, new Located(reader.nextText() as string, this.value[name]));
    }
    return members;
  }

  /** Elements of an array; empty for anything else. */
  elements(): readonly Located[] {
    if (!Array.isArray(this.value)) return [];
    const reader = new ChildReader(this.text);
    return this.value.map((value: unknown) => new Located(reader.nextText() as string, value));
  }
}

/** Texts of what stands in an array or object, keys included, in order. The text must be valid JSON. */
class ChildReader {
  private readonly scanner: StructureScanner;
  private at = 1;

  constructor(private readonly text: string) {
    this.scanner = new StructureScanner(text);
  }

  nextText(): string | undefined {
    const { text } = this;
    const start = skip(text, SPACE, this.at);
    if (start >= text.length - 1) return undefined;
    this.at = this.endOf(start);
    return text.slice(start, this.at);
  }

  private endOf(start: number): number {
    const first = this.text[start];
    if (first === '"') return this.scanner.endOfString(start);
    if (first !== '[' && first !== '{') return matchEnd(this.text, LITERAL, start);
    let depth = 1;
    let at = start + 1;
    while (depth > 0) {
      at = this.scanner.next(at);
      const mark = this.text[at];
      if (mark === '"') at = this.scanner.endOfString(at);
      else {
        depth += mark === '[' || mark === '{' ? 1 : -1;
        at += 1;
      }
    }
    return at;
  }
}

function skip(text: string, pattern: RegExp, from: number): number {
  let at = from;
  for (;;) {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return at;
    at += 1;
  }
}

function matchEnd(text: string, pattern: RegExp, from: number): number {
  pattern.lastIndex = from;
  pattern.test(text);
  return pattern.lastIndex;
}

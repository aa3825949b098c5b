import type { IncomingMessage } from 'node:http';

import { Located } from '../json/located.js';
import { nestsTooDeep } from '../json/nesting.js';
import { badFormat, Refusal } from '../refusal.js';

/** As a Qdrant in its default configuration. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

// A client that is still sending would see a broken pipe instead of the answer; one that never ends gets no answer.
const MAX_DRAINED_BYTES = 2 * MAX_BODY_BYTES;

/**
 * The body; undefined when there is none.
 *
 * @throws {Refusal} 400 when it is too large or not JSON in UTF-8; the connection is closed when it goes on and on.
 */
export async function readBody(request: IncomingMessage): Promise<Located | undefined> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= MAX_BODY_BYTES) parts.push(part);
    else parts = [];
    if (length > MAX_DRAINED_BYTES) break;
  }
  if (length > MAX_BODY_BYTES) throw new Refusal(400, `JSON payload has exceeded limit (${MAX_BODY_BYTES} bytes).`);
  return length === 0 ? undefined : parse(Buffer.concat(parts));
}

function parse(bytes: Buffer): Located {
  const text = decode(bytes);
  if (nestsTooDeep(text)) throw badFormat('recursion limit exceeded');
  try {
    return Located.parse(text);
  } catch (error) {
    throw badFormat((error as Error).message);
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badFormat('invalid unicode code point');
  }
}

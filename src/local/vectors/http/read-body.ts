import type { IncomingMessage } from 'node:http';

import { badFormat, Refusal } from '../refusal.js';

/** As a Qdrant in its default configuration. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/**
 * The parsed body; undefined when there is none.
 *
 * @throws {Refusal} 400 when it is too large or not JSON in UTF-8.
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    // Read to its end all the same: a client that is still sending would see a broken pipe instead of the answer.
    if (length <= MAX_BODY_BYTES) parts.push(part);
  }
  if (length > MAX_BODY_BYTES) throw new Refusal(400, `JSON payload has exceeded limit (${MAX_BODY_BYTES} bytes).`);
  return length === 0 ? undefined : parse(Buffer.concat(parts));
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    throw badFormat((error as Error).message);
  }
}

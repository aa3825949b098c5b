import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

/** An offline machine must move on to the next source soon. */
const ANSWER_LIMIT_MS = 5_000;
const STALL_LIMIT_MS = 30_000;
const DEFAULT_ENDPOINT = 'https://huggingface.co';

/** Why a source cannot give a model; the next one is asked. */
export class SourceUnavailable extends Error {}

export interface HubRepository {
  /** `HF_ENDPOINT` of the environment, without a slash at its end. */
  readonly endpoint: string;
  readonly repository: string;
  readonly revision: string;
}

const repositorySchema = z.object({
  sha: z.string().optional(),
  tags: z.array(z.string()).default([]),
  siblings: z.array(z.object({ rfilename: z.string() })),
});

/** What a repository holds at one commit. */
export interface RepositoryListing {
  readonly commit: string;
  readonly licence: string;
  readonly files: readonly string[];
}

/** The hub to ask: `HF_ENDPOINT` names a mirror. */
export function hubEndpoint(environment: Readonly<Record<string, string | undefined>>): string {
  return (environment.HF_ENDPOINT ?? DEFAULT_ENDPOINT).replace(/\/+$/, '');
}

/** @throws {SourceUnavailable} when the hub does not answer within 5 s or has no such repository. */
export async function listRepository({ endpoint, repository, revision }: HubRepository): Promise<RepositoryListing> {
  const answer = await ask(`${endpoint}/api/models/${repository}/revision/${encodeURIComponent(revision)}`);
  const parsed = repositorySchema.safeParse(await answer.response.json().catch(() => undefined));
  answer.finish();
  if (!parsed.success) throw new SourceUnavailable(`${endpoint} answers something else than a hub does`);
  const { sha, tags, siblings } = parsed.data;
  const licence = tags.find((tag) => tag.startsWith('license:'))?.slice('license:'.length);
  return {
    commit: sha ?? revision,
    licence: licence ?? 'unknown',
    files: siblings.map(({ rfilename }) => rfilename),
  };
}

/**
 * Fetch one file of a repository.
 *
 * @returns the commit it was taken from, as the hub names it; undefined when it does not
 * @throws {SourceUnavailable} when the hub does not answer, refuses, or stops in the middle.
 */
export async function fetchFile(
  from: HubRepository & { readonly file: string },
  target: string,
): Promise<string | undefined> {
  const url = `${from.endpoint}/${from.repository}/resolve/${encodeURIComponent(from.revision)}/${from.file}`;
  const { response, keepAlive, finish } = await ask(url);
  if (response.body === null) throw new SourceUnavailable(`${url} answered without content`);
  await mkdir(path.dirname(target), { recursive: true });
  try {
    const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
    body.on('data', keepAlive);
    await pipeline(body, createWriteStream(target));
  } catch (cause) {
    throw new SourceUnavailable(`${url} stopped in the middle`, { cause });
  } finally {
    finish();
  }
  return response.headers.get('x-repo-commit') ?? undefined;
}

interface Answer {
  readonly response: Response;
  /** Content came: the stall clock starts again. */
  keepAlive(): void;
  finish(): void;
}

async function ask(url: string): Promise<Answer> {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), ANSWER_LIMIT_MS);
  const keepAlive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(), STALL_LIMIT_MS);
  };
  const finish = () => clearTimeout(timer);
  const response = await fetch(url, { signal: abort.signal }).catch((cause: unknown) => {
    finish();
    throw new SourceUnavailable(`${new URL(url).host} does not answer`, { cause });
  });
  keepAlive();
  if (response.ok) return { response, keepAlive, finish };
  finish();
  await response.body?.cancel();
  throw new SourceUnavailable(`${url} answered ${response.status}`);
}

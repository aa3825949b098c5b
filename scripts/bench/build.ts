import { createReadStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { openEmbedder } from '../../src/adapters/embedders/index.js';
import { modelFolders } from '../../src/config/folders.js';
import { readEnvironment } from '../../src/config/index.js';
import type { EmbedderSpec } from '../../src/domain/index-spec.js';
import { openBenchPlace, writeBenchConfig, writeGenerated } from './workplace.js';

const SPEC: EmbedderSpec = { kind: 'static', model: 'wordllama-256', dimensions: 256 };

/** A build with the static embedder against the bare embedding loop over the same texts, in one run. */
export async function benchBuild(documents = 20_000): Promise<void> {
  const place = await openBenchPlace();
  try {
    await writeGenerated(place.folder, documents, 100);
    await writeBenchConfig(place.folder, '{ kind: static, model: wordllama-256, dimensions: 256 }');
    const bare = await bareLoop(path.join(place.folder, 'corpus.jsonl'));
    await place.cutover('up');
    const startedAt = performance.now();
    const result = await place.cutover('reindex', 'docs', '--yes');
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(`bare embedding loop   ${Math.round(documents / bare)} documents/s`);
    console.log(
      `whole reindex         ${Math.round(documents / seconds)} documents/s (scan, plan, build, verify, flip)`,
    );
    console.log(`ratio                 ${(bare / seconds).toFixed(3)}`);
    console.log(JSON.stringify(result));
  } finally {
    await place.leave();
  }
}

/** Seconds that embedding alone takes, one process. */
async function bareLoop(corpus: string): Promise<number> {
  const environment = readEnvironment(process.env);
  const embedder = openEmbedder(SPEC, { modelFolders: modelFolders(environment), environment: process.env });
  await embedder.describe();
  const texts: string[] = [];
  for await (const line of createInterface({ input: createReadStream(corpus) })) {
    const { title, text } = JSON.parse(line) as { title: string; text: string };
    texts.push(`${title} ${text}`);
  }
  const startedAt = performance.now();
  for (let at = 0; at < texts.length; at += embedder.batchTexts) {
    await embedder.embedDocuments(texts.slice(at, at + embedder.batchTexts));
  }
  const seconds = (performance.now() - startedAt) / 1000;
  await embedder.close();
  return seconds;
}

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

const SYLLABLES = ['ba', 'ke', 'lo', 'mi', 'nu', 'ra', 'se', 'ti', 'vo', 'zu'];

/** A pronounceable word for each number, so that different topics share no word. */
function word(number: number): string {
  let rest = number + 1;
  let made = '';
  for (let at = 0; at < 4; at += 1) {
    made += SYLLABLES[rest % SYLLABLES.length];
    rest = Math.floor(rest / SYLLABLES.length);
  }
  return made;
}

function wordsOf(topic: number): readonly string[] {
  return Array.from({ length: 8 }, (_, at) => word(topic * 8 + at));
}

/** Line of a BEIR corpus: a document about one topic, in words that no other topic uses. */
export function topicDocument(topic: number, revision = 0): string {
  const words = wordsOf(topic);
  const text = `${words.join(' ')} ${words.slice(0, 4).join(' ')} edition ${revision}`;
  return `${JSON.stringify({ _id: `doc-${topic}`, title: words[0], text })}\n`;
}

/**
 * A corpus with judgements, made of topics: few hashing dimensions mix the topics up, many keep them apart,
 * so that embedders of known order of quality exist without any model.
 */
export async function writeTopics(folder: string, documents: number, queries: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const topics = Array.from({ length: documents }, (_, topic) => topic);
  const asked = topics.slice(0, queries);
  await writeFile(path.join(folder, 'corpus.jsonl'), topics.map((topic) => topicDocument(topic)).join(''));
  await writeFile(
    path.join(folder, 'queries.jsonl'),
    asked
      .map((topic) => `${JSON.stringify({ _id: `q-${topic}`, text: wordsOf(topic).slice(2, 6).join(' ') })}\n`)
      .join(''),
  );
  await writeFile(
    path.join(folder, 'qrels.tsv'),
    ['query-id\tcorpus-id\tscore', ...asked.map((topic) => `q-${topic}\tdoc-${topic}\t1`), ''].join('\n'),
  );
}

export function topicsYaml(dimensions: number, approval: 'auto' | 'required' = 'auto', index = 'docs'): string {
  return `indexes:
  ${index}:
    source:   { kind: jsonl, path: ./corpus.jsonl }
    chunker:  { kind: whole }
    embedder: { kind: hashing, dimensions: ${dimensions} }
    evaluation: { queries: ./queries.jsonl, qrels: ./qrels.tsv }
    rollout:  { approval: ${approval} }
`;
}

import { appendFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openSource } from '../../src/adapters/sources/index.js';
import { describeSource } from './source.js';

const limits = { maxDocumentBytes: 1_000_000 };
const folder = () => mkdtemp(join(tmpdir(), 'cutover-source-'));

describeSource('files', async () => {
  const root = await folder();
  const spec = { kind: 'files' as const, include: ['**/*.md'], exclude: [] };
  const put = async (id: string, content: string | Uint8Array) => {
    await mkdir(dirname(join(root, id)), { recursive: true });
    await writeFile(join(root, id), content);
  };
  return {
    put: async (documents) => {
      for (const { id, text } of documents) await put(id, text);
    },
    putBroken: (id) => put(id, new Uint8Array([0x61, 0xff, 0x62])),
    open: () => openSource({ ...spec, root }, limits),
    openMissing: () => openSource({ ...spec, root: join(root, 'nowhere') }, limits),
  };
});

describeSource('jsonl', async () => {
  const path = join(await folder(), 'corpus.jsonl');
  await writeFile(path, '');
  return {
    put: (documents) =>
      appendFile(
        path,
        documents.map(({ id, ...rest }) => `${JSON.stringify({ _id: id, title: '', ...rest })}\n`).join(''),
      ),
    putBroken: (id) =>
      appendFile(
        path,
        Buffer.concat([Buffer.from(`{"_id": "${id}", "text": "`), Buffer.from([0xff]), Buffer.from('"}\n')]),
      ),
    open: () => openSource({ kind: 'jsonl', path }, limits),
    openMissing: () => openSource({ kind: 'jsonl', path: `${path}.gone` }, limits),
  };
});

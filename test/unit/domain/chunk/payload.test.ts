import { expect, test } from 'vitest';
import { chunkPayload } from '../../../../src/domain/chunk/payload.js';
import { prependOf } from '../../../../src/domain/chunk/prepend.js';
import type { LogDocument } from '../../../../src/domain/corpus/document.js';
import { docId } from '../../../../src/domain/ids.js';

const document: LogDocument = {
  id: docId('a.md'),
  revision: 7,
  kind: 'present',
  contentHash: 'c0ffee',
  title: 'Title',
  metadata: { lang: 'de' },
};
const chunk = { text: 'passage', start: 3, end: 10, heading: ['Top', 'Sub'], tokens: 2 };

test('chunkPayload() carries what steers catch-up and what readers want, metadata under `meta`', () => {
  expect(chunkPayload(document, chunk, 4)).toEqual({
    doc_id: 'a.md',
    chunk: 4,
    rev: 7,
    start: 3,
    end: 10,
    text: 'passage',
    title: 'Title',
    heading: ['Top', 'Sub'],
    content_hash: 'c0ffee',
    meta: { lang: 'de' },
  });
});

test('chunkPayload() leaves out what a document does not have', () => {
  const bare = chunkPayload({ ...document, title: undefined, metadata: {} }, { ...chunk, heading: [] }, 0);
  expect(Object.keys(bare).sort()).toEqual(['chunk', 'content_hash', 'doc_id', 'end', 'rev', 'start', 'text']);
});

test('prependOf() gives the title and a space, and nothing for a blank title or when titles are not embedded', () => {
  expect(prependOf({ kind: 'whole', embedTitle: true }, ' Wing ')).toBe('Wing ');
  expect(prependOf({ kind: 'whole', embedTitle: true }, '  ')).toBe('');
  expect(prependOf({ kind: 'whole', embedTitle: true }, undefined)).toBe('');
  expect(prependOf({ kind: 'whole', embedTitle: false }, 'Wing')).toBe('');
});

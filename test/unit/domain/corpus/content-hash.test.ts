import { expect, test } from 'vitest';
import { contentHash, contentKeyOf, problemHash } from '../../../../src/domain/corpus/content-hash.js';
import { docId } from '../../../../src/domain/ids.js';

const document = { id: docId('d'), text: 'text', title: 'title', uri: 'u', metadata: { a: 1, b: 2 } };

test('contentHash() covers text, title, address and metadata, and not the order of keys', () => {
  const hashes = [
    document,
    { ...document, text: 'texT' },
    { ...document, title: undefined },
    { ...document, title: 'titlet', text: 'ext' },
    { ...document, uri: 'v' },
    { ...document, metadata: { a: 1, b: 3 } },
  ].map(contentHash);
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(contentHash({ ...document, metadata: { b: 2, a: 1 } })).toBe(hashes[0]);
});

test('problemHash() is the same for the same fault, so that a document that stays broken is no change', () => {
  expect(problemHash('is not valid UTF-8')).toBe(problemHash('is not valid UTF-8'));
  expect(problemHash('is not valid UTF-8')).not.toBe(problemHash('empty text'));
});

test('contentKeyOf() names text and loader: two documents with one text share it', () => {
  expect(contentKeyOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad-l1');
});

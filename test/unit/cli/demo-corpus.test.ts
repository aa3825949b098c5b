import { expect, test } from 'vitest';
import { demoCorpus, withoutSentence } from '../../../src/cli/demo/corpus.js';

test('withoutSentence() takes a description out wherever it stands, however it is wrapped or decorated', () => {
  const readme = '# Tiny\n\n> Fast, small\n> **globbing** library!\n\nMore. FAST SMALL GLOBBING LIBRARY. End.';
  expect(withoutSentence(readme, 'Fast, small globbing library.')).not.toMatch(/globbing/i);
  expect(withoutSentence(readme, 'Fast, small globbing library.')).toContain('More.');
});

test('withoutSentence() leaves a text alone that only shares some words with the description', () => {
  expect(withoutSentence('A fast parser.', 'A fast printer')).toBe('A fast parser.');
});

test('demoCorpus() asks no question that two packages would answer', () => {
  const twin = { description: 'The native binary of the tool', text: 'x' };
  const { documents, judged, qrels } = demoCorpus([
    { name: 'a', ...twin },
    { name: 'b', ...twin },
    { name: 'c', description: 'Parses dates in many formats', text: 'y' },
  ]);
  expect({ documents, judged }).toEqual({ documents: 3, judged: 1 });
  expect(qrels).toBe('query-id\tcorpus-id\tscore\nabout:c\tc\t1\n');
});

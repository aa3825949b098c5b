import { expect, test } from 'vitest';
import { outlineMarkdown } from '../../../../src/adapters/chunkers/markdown-outline.js';

const outline = async (text: string) =>
  (await outlineMarkdown(text, async () => {})).map(({ heading, pieces }) => ({
    heading: heading.join(' > '),
    shapes: pieces.map(({ shape }) => shape).join(' '),
  }));

const filler = (lines: number) => Array.from({ length: lines }, (_, at) => `- item ${at} of a list`).join('\n');

test('outlineMarkdown() reads a heading whose link is defined far behind it', async () => {
  const text = `# The [library][home] ![build][ci]\n\n${filler(400)}\n\n[home]: https://example.org\n[CI]: https://example.org/ci\n`;
  expect((await outline(text))[0]?.heading).toBe('The library build');
});

test('outlineMarkdown() takes plain paragraphs and parsed ones alike', async () => {
  const text = 'Plain words\nover two lines\n\n*Marked* words\n\nA heading\n===\n\nThe end\n';
  expect(await outline(text)).toEqual([
    { heading: '', shapes: 'prose prose' },
    { heading: 'A heading', shapes: 'prose prose' },
  ]);
});

test('outlineMarkdown() finds no heading or paragraph inside of code or a comment, however many blank lines it has', async () => {
  for (const [begin, end] of [
    ['```', '```'],
    ['<!--', '-->'],
    ['<pre>', '</pre>'],
  ]) {
    const text = `# One\n\n${begin}\n\nwords\n\n# no heading\n\nwords\n\n${end}\n\n# Two\n\nwords\n`;
    expect(await outline(text)).toEqual([
      { heading: 'One', shapes: 'prose lines' },
      { heading: 'Two', shapes: 'prose prose' },
    ]);
  }
});

test('outlineMarkdown() finds the headings of a long text without a blank line', async () => {
  const text = Array.from({ length: 40 }, (_, at) => `# Part ${at}\n${filler(40)}\n`).join('');
  expect(await outline(text)).toHaveLength(40);
});

test('outlineMarkdown() takes a line that begins with a letter for a table or a heading if the next one says so', async () => {
  expect(await outline('a | b\n--|--\n1 | 2\n')).toEqual([{ heading: '', shapes: 'lines' }]);
  expect(await outline('Title\n-----\nwords\n')).toEqual([{ heading: 'Title', shapes: 'prose prose' }]);
});

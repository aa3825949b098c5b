import { mkdir, mkdtemp, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSource } from '../../../../src/adapters/sources/index.js';
import { DocumentProblem } from '../../../../src/ports/source.js';
import { listAll } from '../../../contract/source.js';

async function world(files: Readonly<Record<string, string | Uint8Array>>) {
  const root = await mkdtemp(join(tmpdir(), 'cutover-files-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(root, name, '..'), { recursive: true });
    await writeFile(join(root, name), content);
  }
  const source = (change: object = {}) =>
    openSource(
      { kind: 'files', root, include: ['**/*.md', '**/*.txt'], exclude: [], ...change },
      { maxDocumentBytes: 10_000 },
    );
  return { root, source };
}

const ids = async (source: ReturnType<typeof openSource>) => (await listAll(source)).map(({ id }) => String(id));
const openOnly = async (source: ReturnType<typeof openSource>) => (await listAll(source))[0]!.open();
const reasonOf = (opening: Promise<unknown>) =>
  opening.then(
    () => 'opened',
    (error: unknown) => (error instanceof DocumentProblem ? error.reason : `thrown: ${String(error)}`),
  );

describe('files: listing', () => {
  test('names documents by their path below the root, sorted, filtered by include and exclude', async () => {
    const { source } = await world({ 'b/c.md': 'x', 'a.md': 'x', 'n.txt': 'x', 'skip.html': 'x', 'b/draft.md': 'x' });
    expect(await ids(source({ exclude: ['**/draft.md'] }))).toEqual(['a.md', 'b/c.md', 'n.txt']);
  });

  test('lists no symbolic links, no links to folders, no pipes', async () => {
    const { root, source } = await world({ 'real.md': 'x' });
    await symlink(join(root, 'real.md'), join(root, 'link.md'));
    await symlink('/', join(root, 'everything'));
    await symlink(root, join(root, 'loop'));
    execFileSync('mkfifo', [join(root, 'pipe.md')]);
    expect(await ids(source())).toEqual(['real.md']);
  });

  test('refuses a pattern that leads out of the root', async () => {
    const { root, source } = await world({ 'docs/a.md': 'x', 'secret.md': 'x' });
    const listing = ids(source({ root: join(root, 'docs'), include: ['../*.md'] }));
    await expect(listing).rejects.toMatchObject({ code: 'SOURCE_INVALID' });
  });

  test('refuses a root that is a file', async () => {
    const { root, source } = await world({ 'a.md': 'x' });
    await expect(ids(source({ root: join(root, 'a.md') }))).rejects.toThrow('is not a folder');
  });

  test('keeps names with line breaks, spaces and other scripts', async () => {
    const names = ['line\nbreak.md', 'space here.md', '東京.md'];
    const { source } = await world(Object.fromEntries(names.map((name) => [name, 'x'])));
    expect((await ids(source())).sort()).toEqual([...names].sort());
  });

  test('changes the hint when size or modification time change', async () => {
    const { root, source } = await world({ 'a.md': 'one' });
    const hint = async () => (await listAll(source()))[0]?.hint;
    const first = await hint();
    expect(await hint()).toBe(first);
    await utimes(join(root, 'a.md'), 1, 1);
    const touched = await hint();
    expect(touched).not.toBe(first);
    await writeFile(join(root, 'a.md'), 'three');
    expect(await hint()).not.toBe(touched);
  });
});

describe('files: opening', () => {
  test.each([
    ['the first heading', 'a.md', 'intro\n\n## Wing loads ##\n\ntext', 'Wing loads'],
    ['the name without its extension when there is no heading', 'dir/note.md', 'text', 'note'],
    ['the name of a text file, whatever it contains', 'n.txt', '# not a heading', 'n'],
    ['no heading that stands in a fence', 'a.md', '```\n# comment\n```\n# Real', 'Real'],
    ['a heading before CRLF', 'a.md', '# Title\r\ntext', 'Title'],
    ['the name when a hash is not followed by a space', 'tag.md', '#hashtag', 'tag'],
  ])('takes as title %s', async (_, name, content, title) => {
    const { source } = await world({ [name]: content });
    expect((await openOnly(source())).title).toBe(title);
  });

  test('leaves the byte order mark out and line ends alone', async () => {
    const { source } = await world({ 'a.md': '\ufeff# T\r\nx\ny\r' });
    expect((await openOnly(source())).text).toBe('# T\r\nx\ny\r');
  });

  test.each([
    ['invalid UTF-8', new Uint8Array([0x68, 0xc3, 0x28]), 'is not valid UTF-8'],
    ['an overlong encoding', new Uint8Array([0xc0, 0xaf]), 'is not valid UTF-8'],
    ['a surrogate encoded by itself', new Uint8Array([0xed, 0xa0, 0x80]), 'is not valid UTF-8'],
    ['UTF-16 with its mark', new Uint8Array([0xff, 0xfe, 0x61, 0x00]), 'is UTF-16, not UTF-8'],
    ['a binary file', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff]), 'is not valid UTF-8'],
    ['more bytes than allowed', new Uint8Array(10_001).fill(0x61), '10001 bytes, more than maxDocumentBytes (10000)'],
  ])('names a file of %s', async (_, content, reason) => {
    const { source } = await world({ 'a.md': content });
    expect(await reasonOf(openOnly(source()))).toBe(reason);
  });

  test('reads no sparse file of 50 GB to learn that it is too large', async () => {
    const { root, source } = await world({ 'a.md': '' });
    await truncate(join(root, 'a.md'), 50_000_000_000);
    expect(await reasonOf(openOnly(source()))).toContain('more than maxDocumentBytes');
  });

  test('refuses a file that became a link after it was listed', async () => {
    const { root, source } = await world({ 'a.md': 'x', 'outside.txt': 'secret' });
    const [entry] = await listAll(source({ include: ['a.md'] }));
    execFileSync('ln', ['-sf', '/etc/hostname', join(root, 'a.md')]);
    expect(await reasonOf(entry!.open())).toBe('leads outside the source folder');
    execFileSync('ln', ['-sf', join(root, 'outside.txt'), join(root, 'a.md')]);
    expect(await reasonOf(entry!.open())).toBe('cannot be read: ELOOP');
  });

  test('names a file that went away after it was listed', async () => {
    const { root, source } = await world({ 'a.md': 'x' });
    const [entry] = await listAll(source());
    execFileSync('rm', [join(root, 'a.md')]);
    expect(await reasonOf(entry!.open())).toBe('cannot be read: ENOENT');
  });
});

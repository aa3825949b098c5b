import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ENVIRONMENT_KEYS } from '../../../src/config/environment-keys.js';
import { readEnvironment } from '../../../src/config/environment.js';
import type { SchemaNode } from '../../../src/config/json-schema.js';
import { configJsonSchema } from '../../../src/config/json-schema.js';
import { parseConfig } from '../../../src/config/load-config.js';
import { configReference, exampleOf } from '../../../src/config/reference.js';

const indexSchema = configJsonSchema().properties?.['indexes']?.additionalProperties as SchemaNode;

test('docs/configuration.md is what the schema says (npm run docs)', async () => {
  const file = new URL('../../../docs/configuration.md', import.meta.url);
  expect(await readFile(file, 'utf8')).toBe(configReference());
});

/** Every group of keys, with what must stand beside an example to make it a whole configuration. */
const groups = Object.entries(indexSchema.properties ?? {}).flatMap(([name, node]) =>
  (node.oneOf ?? (node.properties ? [node] : [])).map((variant) => [name, variant] as const),
);

test.each(groups)('every key of %s is described, and its example is accepted', (name, node) => {
  const entries = Object.entries(node.properties ?? {});
  expect(entries.filter(([, key]) => !key.description).map(([key]) => key)).toEqual([]);
  const group = Object.fromEntries(entries.map(([key, member]) => [key, member.const ?? exampleOf(member)]));
  const index = {
    source: { kind: 'files', root: './docs' },
    embedder: { kind: 'hashing' },
    [name]: group,
  };
  const parse = () => parseConfig(stringify({ indexes: { docs: index } }), { path: '/cutover.yaml', environment: {} });
  expect(parse).not.toThrow();
});

test('the reference names every variable that readEnvironment() checks', () => {
  const names = ENVIRONMENT_KEYS.map(([name]) => name).filter((name) => !['NO_COLOR', 'OPENAI_API_KEY'].includes(name));
  const bad = Object.fromEntries(names.map((name) => [name, '\u0001 ://']));
  // Folders may be anything; all others must complain.
  const folders = ['CUTOVER_HOME', 'CUTOVER_MODELS', 'CUTOVER_CACHE'];
  const complaint = (() => {
    try {
      return String(readEnvironment(bad));
    } catch (error) {
      return (error as Error).message;
    }
  })();
  for (const name of names.filter((candidate) => !folders.includes(candidate)))
    expect(complaint).toContain(`${name}: `);
});

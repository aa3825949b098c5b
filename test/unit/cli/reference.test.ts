import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { cliReference } from '../../../src/cli/reference.js';
import { configJsonSchema } from '../../../src/config/json-schema.js';

const committed = (name: string) => readFile(new URL(`../../../${name}`, import.meta.url), 'utf8');

test('docs/cli.md says what the commands are defined to do (npm run docs)', async () => {
  expect(await committed('docs/cli.md')).toBe(cliReference());
});

test('cutover.schema.json is the schema the configuration is checked with (npm run docs)', async () => {
  expect(JSON.parse(await committed('cutover.schema.json'))).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
});

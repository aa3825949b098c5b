import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cliReference } from '../src/cli/reference.js';
import { configJsonSchema } from '../src/config/json-schema.js';
import { configReference } from '../src/config/reference.js';

/** Write what is generated from definitions; `--check` fails when the committed files are behind. */
const root = new URL('..', import.meta.url);
const generated: readonly (readonly [string, string])[] = [
  ['docs/cli.md', cliReference()],
  ['docs/configuration.md', configReference()],
  ['cutover.schema.json', `${JSON.stringify(configJsonSchema(), null, 2)}\n`],
];

const check = process.argv.includes('--check');
for (const [name, content] of generated) {
  const file = fileURLToPath(new URL(name, root));
  if (!check) writeFileSync(file, content);
  else if (readFileSync(file, 'utf8') !== content) {
    console.error(`${name} is behind its definitions: run \`npm run docs\``);
    process.exitCode = 1;
  }
}

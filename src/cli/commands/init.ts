import { access, writeFile } from 'node:fs/promises';
import { sampleConfig } from '../../config/sample.js';
import { LifecycleError } from '../../domain/errors.js';
import type { CommandDefinition } from '../command.js';

export const init: CommandDefinition = {
  name: 'init',
  usage: '[source]',
  summary: 'write a first cutover.yaml',
  description: `Write a commented configuration for a folder of Markdown or text, or for a BEIR corpus.jsonl. It uses a
small static model that runs anywhere; change the embedder when you like: that is what cutover is for.`,
  options: [
    { flags: '--name <index>', description: 'name of the index', default: 'docs' },
    { flags: '--force', description: 'replace an existing configuration' },
  ],
  examples: [
    ['init ./docs', 'an index of the Markdown files below ./docs'],
    ['init corpus.jsonl --name papers', 'an index of a BEIR corpus'],
  ],
  async run({ context, args, options }) {
    const file = context.configPath;
    if (options['force'] !== true && (await exists(file))) {
      throw new LifecycleError('USAGE', `${file} exists already`, { hint: 'Edit it, or pass --force to replace it.' });
    }
    const index = String(options['name']);
    await writeFile(file, await sampleConfig({ source: args[0] ?? '.', index, path: file }));
    return {
      fields: { path: file, index },
      text: `Wrote ${file}. Next:\n  cutover plan ${index}      what it would take\n  cutover reindex ${index}   build it and go live`,
    };
  },
};

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

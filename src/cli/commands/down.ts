import { stopStack } from '../../local/index.js';
import type { CommandDefinition } from '../command.js';

export const down: CommandDefinition = {
  name: 'down',
  usage: '',
  summary: 'stop the local stack',
  description: 'Stop every process of the local stack, in order. Data stays; work under way goes on at the next start.',
  options: [],
  examples: [['down', 'nothing of it stays running']],
  async run({ context }) {
    const stopped = await stopStack(context.home);
    return {
      fields: { stopped },
      text:
        stopped.length === 0
          ? 'Nothing was running.'
          : `Stopped ${stopped.join(', ')}. Your data stays in ${context.home}.`,
    };
  },
};

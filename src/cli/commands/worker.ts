import type { CommandDefinition } from '../command.js';
import { runWorkerProcess } from '../../worker-main.js';

export const worker: CommandDefinition = {
  name: 'worker',
  usage: '',
  summary: 'run a worker in the foreground',
  description: `Run workflows and slices for the stack that DATABASE_URL, TEMPORAL_ADDRESS and QDRANT_URL name, or for
the local one. More workers, on more machines, scale a build out; nothing else changes.`,
  options: [{ flags: '--queue <name>', description: '`embed` takes slices only, `all` everything', default: 'all' }],
  examples: [['worker --queue embed', 'another machine that only embeds']],
  async run({ context, options }) {
    const stack = await context.stack();
    await runWorkerProcess({ stack, environment: context.environment, queue: String(options['queue']) });
    return { fields: {}, text: 'The worker has stopped.' };
  },
};

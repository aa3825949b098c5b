import { ensureStack } from '../../local/index.js';
import type { CommandDefinition } from '../command.js';
import { servicesResult } from '../services-text.js';

export const up: CommandDefinition = {
  name: 'up',
  usage: '',
  summary: 'start what is not configured: Postgres, Temporal, vector server, worker, gateway',
  description: `Start the local stack on loopback, with ports of its own choosing and logs under the home folder.
DATABASE_URL, TEMPORAL_ADDRESS and QDRANT_URL replace its parts. Other commands start it when they need it.`,
  options: [],
  examples: [['up', 'start everything that is not configured, and say where it is']],
  async run({ context }) {
    const { home, environment, reporter } = context;
    const stack = await ensureStack({
      home,
      environment,
      explicit: true,
      onProgress: (text) => reporter.progress(text),
    });
    return servicesResult(stack.services);
  },
};

import type { CommandDefinition } from '../command.js';
import { runGatewayProcess } from '../../gateway-main.js';

export const serve: CommandDefinition = {
  name: 'serve',
  usage: '',
  summary: 'run the search gateway in the foreground',
  description: 'Serve POST /v1/indexes/:index/search and GET /v1/indexes/:index/live for the stack that is configured.',
  options: [{ flags: '--port <n>', description: 'port to listen on, 0 for a free one', default: '8080' }],
  examples: [['serve --port 8080', 'one call that always uses the matching encoder and collection']],
  async run({ context, options }) {
    const stack = await context.stack();
    await runGatewayProcess({ stack, environment: context.environment, port: Number(options['port']) });
    return { fields: {}, text: 'The gateway has stopped.' };
  },
};

import { CutoverClient } from '../../client/index.js';
import { LifecycleError } from '../../domain/errors.js';
import type { CommandDefinition } from '../command.js';
import { oneLine } from '../output/index.js';

const SHOWN_CHARACTERS = 100;

export const search: CommandDefinition = {
  name: 'search',
  usage: '<index> <query...>',
  summary: 'ask an index a question, through the gateway',
  description: "Encode the query with the live version's own encoder and search its collection.",
  options: [{ flags: '--top <k>', description: 'how many hits', default: '5' }],
  examples: [['search docs "how do I roll back"', 'the five best passages']],
  async run({ context, args, options }) {
    const { gatewayUrl } = await context.stack();
    if (!gatewayUrl) {
      throw new LifecycleError('STACK_INCOMPLETE', 'No gateway runs', {
        hint: 'Start one with `cutover up` or `cutover serve`.',
      });
    }
    const client = new CutoverClient({ url: gatewayUrl, index: args[0] as string });
    const query = args.slice(1).flat().join(' ');
    const answer = await client.search({ query, topK: Number(options['top']) });
    return {
      fields: { ...answer, hits: answer.hits.map(({ docId, chunk, score, text }) => ({ docId, chunk, score, text })) },
      text: [
        `v${answer.version}, epoch ${answer.epoch}, ${answer.hits.length} hits for "${query}"`,
        ...answer.hits.map(
          ({ docId, score, text }) => `  ${score.toFixed(3)}  ${docId}\n         ${oneLine(text, SHOWN_CHARACTERS)}`,
        ),
      ].join('\n'),
    };
  },
};

import { runDemo } from '../demo/run-demo.js';
import { flag, type CommandDefinition } from '../command.js';

export const demo: CommandDefinition = {
  name: 'demo',
  usage: '',
  summary: 'see it all in three minutes: build, compare, switch, refuse, roll back',
  description: `Takes the READMEs of the installed packages as corpus and their descriptions as judged queries. Builds an
index with a 64-dimension model, moves it to 256 dimensions, refuses 16 dimensions, rolls back and forward.
Needs no service, no key and no configuration: it starts the local stack and fetches a small model.`,
  options: [{ flags: '--approve', description: 'approve the better version without asking' }],
  examples: [['demo --yes --approve', 'unattended']],
  run: ({ context, options }) => runDemo(context, { approve: flag(options, 'approve') }),
};

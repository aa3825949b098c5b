import { Command } from 'commander';
import type { CommandDefinition, CommandResult } from './command.js';
import { COMMANDS } from './commands/index.js';
import type { GlobalOptions } from './context.js';
import { CUTOVER_VERSION } from '../version.js';

export type Runner = (
  definition: CommandDefinition,
  args: readonly (string | undefined)[],
  options: GlobalOptions & Record<string, string | number | boolean | undefined>,
) => Promise<CommandResult | undefined>;

const GLOBAL_OPTIONS: readonly (readonly [string, string])[] = [
  ['--config <file>', 'configuration file (default: cutover.yaml)'],
  ['--home <folder>', 'state of the local stack (default: .cutover, or CUTOVER_HOME)'],
  ['--json', 'NDJSON on stdout and nothing else; the last line is the result'],
  ['--yes', 'do not ask before spending time or money (approves nothing)'],
];

const EXIT_CODES = `
Exit codes:
  0  done
  1  failed
  2  bad usage or configuration
  3  the gate said FAIL
  4  waiting for a decision`;

/** Commander's program, made from the definitions; it parses and hands over, nothing more. */
export function buildProgram(run: Runner): Command {
  const program = new Command('cutover')
    .description('Move a live vector index to a new embedding model, chunker or schema, and prove it first.')
    .version(CUTOVER_VERSION)
    .showHelpAfterError('(run with --help for usage)')
    .addHelpText('after', EXIT_CODES)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  for (const [flags, description] of GLOBAL_OPTIONS) program.option(flags, description);
  for (const definition of COMMANDS) addCommand(program, definition, run);
  return program;
}

function addCommand(program: Command, definition: CommandDefinition, run: Runner): void {
  const command = program
    .command(`${definition.name} ${definition.usage}`.trim())
    .summary(definition.summary)
    .description(definition.description)
    .exitOverride();
  for (const option of definition.options) command.option(option.flags, option.description, option.default as string);
  command.addHelpText('after', exampleText(definition));
  command.action(async (...received: unknown[]) => {
    const args = received.slice(0, -2) as (string | undefined)[];
    await run(definition, args, command.optsWithGlobals());
  });
}

function exampleText({ examples }: CommandDefinition): string {
  if (examples.length === 0) return '';
  return ['', 'Examples:', ...examples.map(([line, what]) => `  cutover ${line}\n      ${what}`)].join('\n');
}

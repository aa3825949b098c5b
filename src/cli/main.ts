#!/usr/bin/env node
import { CommanderError } from 'commander';
import { LifecycleError } from '../domain/errors.js';
import type { CommandDefinition, CommandResult } from './command.js';
import { createContext, type GlobalOptions } from './context.js';
import { asFailure, exitCodeFor } from './failure.js';
import { createReporter, type Reporter } from './output/index.js';
import { buildProgram } from './program.js';

let exitCode = 0;

/** Run one command; whatever it throws becomes one error line and an exit code. */
async function run(
  definition: CommandDefinition,
  args: readonly (string | undefined)[],
  options: GlobalOptions & Record<string, string | number | boolean | undefined>,
): Promise<undefined> {
  const reporter = createReporter({ json: options.json ?? false });
  try {
    const context = createContext(options, reporter);
    try {
      finish(reporter, await definition.run({ context, args, options }));
    } finally {
      await context.close();
    }
  } catch (error) {
    const failure = asFailure(error);
    exitCode = exitCodeFor(failure);
    reporter.error(failure);
  }
}

function finish(reporter: Reporter, result: CommandResult): void {
  exitCode = result.exitCode ?? 0;
  reporter.result({ ok: exitCode === 0, fields: result.fields, text: result.text });
}

try {
  await buildProgram(run).parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  exitCode = error.exitCode === 0 ? 0 : exitCodeFor(new LifecycleError('USAGE', error.message));
}
// The one exit point: handles that libraries keep open (sockets, native runtimes) must not hold the prompt.
process.exit(exitCode);

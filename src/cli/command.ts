import type { JsonObject } from '../domain/json.js';
import type { CommandContext } from './context.js';

export interface OptionDefinition {
  /** As commander writes it: `--export-runs <dir>`. */
  readonly flags: string;
  readonly description: string;
  readonly default?: string | number | boolean;
}

/** What a command ends with. `fields` is the last line under `--json`, `text` what a person reads on stdout. */
export interface CommandResult {
  /** 0 done, 1 failed, 3 the gate said FAIL, 4 waiting for a decision. */
  readonly exitCode?: 0 | 1 | 3 | 4;
  readonly fields: JsonObject;
  readonly text: string;
}

export interface CommandCall {
  readonly context: CommandContext;
  /** Positional arguments, in the order of `usage`. */
  readonly args: readonly (string | undefined)[];
  readonly options: Readonly<Record<string, string | number | boolean | undefined>>;
}

/** One command: the program, its help and `docs/cli.md` are all made from this. */
export interface CommandDefinition {
  readonly name: string;
  /** Arguments as commander writes them: `<index>`, `[folder]`. */
  readonly usage: string;
  readonly summary: string;
  readonly description: string;
  readonly options: readonly OptionDefinition[];
  /** Command line without `cutover`, and what it is for. */
  readonly examples: readonly (readonly [string, string])[];
  run(call: CommandCall): Promise<CommandResult>;
}

/** A text option that must have been given. */
export function textOption(options: CommandCall['options'], name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export function flag(options: CommandCall['options'], name: string): boolean {
  return options[name] === true;
}

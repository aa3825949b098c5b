import type { CommandDefinition } from './command.js';
import { COMMANDS } from './commands/index.js';

const HEAD = `# Command line

Generated from the command definitions by \`npm run docs\`; \`cutover <command> --help\` prints the same.

Every command takes \`--config <file>\` (default \`cutover.yaml\`), \`--home <folder>\` (default \`.cutover\`), \`--json\` (NDJSON on stdout, nothing else there; the last line is the result) and \`--yes\` (do not ask before spending; approves nothing). Work is durable: Ctrl-C detaches, \`cutover cancel\` stops.

| Exit code | Meaning |
| --- | --- |
| 0 | done |
| 1 | failed |
| 2 | bad usage or configuration |
| 3 | the gate said FAIL |
| 4 | waiting for a decision |
`;

/** The Markdown of `docs/cli.md`. */
export function cliReference(): string {
  return [HEAD, ...COMMANDS.map(section)].join('\n');
}

function section(command: CommandDefinition): string {
  const { name, usage, summary, description, options, examples } = command;
  const optionRows = options.map(
    (option) => `| \`${option.flags}\` | ${option.description}${defaultText(option.default)} |`,
  );
  return [
    `## cutover ${`${name} ${usage}`.trim()}`,
    '',
    `${sentence(summary)} ${description.replace(/\n/g, ' ')}`,
    '',
    ...(optionRows.length === 0 ? [] : ['| Option | Meaning |', '| --- | --- |', ...optionRows, '']),
    ...(examples.length === 0
      ? []
      : ['```sh', ...examples.map(([line, what]) => `cutover ${line}   # ${what}`), '```', '']),
  ].join('\n');
}

function sentence(text: string): string {
  return `**${text.charAt(0).toUpperCase()}${text.slice(1)}.**`;
}

function defaultText(value: string | number | boolean | undefined): string {
  return value === undefined ? '' : ` (default: ${value})`;
}

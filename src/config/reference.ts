import { DURATION } from './duration.js';
import { ENVIRONMENT_KEYS } from './environment-keys.js';
import type { SchemaNode } from './json-schema.js';
import { configJsonSchema } from './json-schema.js';

const HEAD = `# Configuration

Generated from the schema by \`npm run docs\`.

One file, \`cutover.yaml\`, says what is indexed and how. \`cutover init\` writes a first one. Services, folders and secrets come from the environment.

All problems of a file are reported together, each with line and column. Unknown keys are errors. Relative paths start at the folder of the file. Durations carry their unit: \`90s\`, \`30m\`, \`2h\`, \`7d\`. A secret in the file is refused.

\`\`\`yaml
# yaml-language-server: $schema=./node_modules/cutover/cutover.schema.json
indexes:
  docs:
    source: { kind: files, root: ./docs, include: ['**/*.md'] }
    chunker: { kind: markdown, maxTokens: 256, overlapTokens: 32 }
    embedder: { kind: static, model: wordllama-256 }
    evaluation: { queries: ./eval/queries.jsonl, qrels: ./eval/qrels.tsv }
    gate: { primary: ndcg@10, mode: non-inferior, margin: 0.02 }
    rollout: { approval: required, rollbackWindow: 24h }
\`\`\`

A version freezes its configuration when it is planned: editing the file never changes a version that exists.

## indexes.\\<name\\>

The name is lower-case letters, digits, \`-\` and \`_\`, at most 63 characters, and does not end in \`_v<number>\`. An index cannot be renamed. Collections are named \`<name>_v<number>\`.
`;

/** The text of `docs/configuration.md`. */
export function configReference(): string {
  const index = configJsonSchema().properties?.['indexes']?.additionalProperties as SchemaNode;
  const groups = Object.entries(index.properties ?? {});
  const simple = groups.filter(([, node]) => !node.oneOf && !node.properties);
  return [
    HEAD,
    keyTable(Object.fromEntries(simple), index.required),
    ...groups.flatMap(([name, node]) => (node.oneOf || node.properties ? group(name, node, index.required) : [])),
    '## Environment\n',
    'An empty variable counts as not set. All bad ones are reported together.\n',
    alignedTable([
      ['Variable', 'Default', 'Meaning'],
      ...ENVIRONMENT_KEYS.map(([name, ...rest]) => [`\`${name}\``, ...rest]),
    ]),
  ].join('\n');
}

function group(name: string, node: SchemaNode, required: readonly string[] = []): string[] {
  const intro = `${required.includes(name) ? 'Required. ' : ''}${node.description ?? ''}\n`;
  if (!node.oneOf) return [`## ${name}\n`, intro, keyTable(node.properties ?? {}, node.required)];
  return [`## ${name}\n`, intro, ...node.oneOf.flatMap((variant) => kindSection(name, variant))];
}

function kindSection(name: string, { properties = {}, required }: SchemaNode): string[] {
  const { kind, ...others } = properties;
  return [`### ${name}: ${String(kind?.const)}\n`, `${kind?.description ?? ''}\n`, keyTable(others, required)];
}

function keyTable(properties: Readonly<Record<string, SchemaNode>>, required: readonly string[] = []): string {
  const rows = Object.entries(properties).map(([key, node]) => [
    `\`${key}\``,
    values(node),
    required.includes(key) ? 'required' : node.default === undefined ? '' : `\`${flow(node.default)}\``,
    `\`${key}: ${flow(exampleOf(node))}\``,
    node.description ?? '',
  ]);
  return alignedTable([['Key', 'Values', 'Default', 'Example', 'Meaning'], ...rows]);
}

/** A value a reader may copy: the given example, else a choice that is not the default, else the default. */
export function exampleOf(node: SchemaNode): unknown {
  return node.examples?.[0] ?? node.enum?.find((choice) => choice !== node.default) ?? node.default;
}

function values(node: SchemaNode): string {
  if (node.enum) return node.enum.map((choice) => `\`${String(choice)}\``).join(', ');
  if (node.type === 'array') return node.items?.type === 'object' ? 'list of `metric` and `margin`' : 'list';
  if (node.type === 'integer' || node.type === 'number') return [node.type, ...bounds(node)].join(' ');
  if (node.type === 'boolean') return '`true`, `false`';
  return node.pattern === DURATION.source ? 'duration' : 'text';
}

function bounds(node: SchemaNode): string[] {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = node;
  return [
    ...(minimum === undefined ? [] : [`≥ ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`> ${exclusiveMinimum}`]),
    // Zod writes the largest safe integer for "no bound".
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? [] : [`≤ ${maximum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`< ${exclusiveMaximum}`]),
  ];
}

/** A value in YAML's flow style. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, member]) => `${key}: ${flow(member)}`)
      .join(', ')} }`;
  }
  const text = String(value);
  return typeof value === 'string' && !/^(?=.*[A-Za-z./])[\w./][\w./@:-]*$/.test(text) ? `'${text}'` : text;
}

/** A Markdown table with its columns aligned, as the formatter leaves it. */
function alignedTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(3, ...cells.map((row) => [...(row[column] ?? '')].length)),
  );
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(line), ''].join('\n');
}

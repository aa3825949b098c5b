import { z } from 'zod';
import { configSchema } from './schema.js';
import type { ConfigPath } from './yaml-file.js';

/** The parts of JSON Schema that our own schema uses. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly oneOf?: readonly SchemaNode[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
}

/** Schema of `cutover.yaml` for editors: JSON Schema, draft 2020-12. */
export function configJsonSchema(): SchemaNode & { readonly title: string } {
  return { title: 'cutover.yaml', ...(z.toJSONSchema(configSchema, { io: 'input' }) as SchemaNode) };
}

/**
 * Keys that may stand in the object at `path`, as far as `value` decides it: a variant's keys depend on its `kind`.
 * Empty when any key may, or none is an object's.
 */
export function keysAt(path: ConfigPath, value: unknown): readonly string[] {
  let node: SchemaNode | undefined = configJsonSchema();
  let data = value;
  for (const step of path) {
    node = member(variant(node, data), step);
    data = isRecord(data) ? data[step] : undefined;
  }
  return Object.keys(variant(node, data)?.properties ?? {});
}

function variant(node: SchemaNode | undefined, data: unknown): SchemaNode | undefined {
  if (!node?.oneOf) return node;
  const kind = isRecord(data) ? data['kind'] : undefined;
  return node.oneOf.find((option) => option.properties?.['kind']?.const === kind);
}

function member(node: SchemaNode | undefined, step: string | number): SchemaNode | undefined {
  if (typeof step === 'number') return node?.items;
  const named = node?.properties?.[step];
  if (named) return named;
  return typeof node?.additionalProperties === 'object' ? node.additionalProperties : undefined;
}

const isRecord = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === 'object' && value !== null;

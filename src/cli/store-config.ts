import { configHash } from '../config/config-hash.js';
import type { IndexSpec } from '../domain/index-spec.js';
import type { JsonObject } from '../domain/json.js';
import type { CommandContext } from './context.js';

/** Workflows read the configuration from the registry: their payloads carry only its hash. */
export async function storeConfig(context: CommandContext, spec: IndexSpec): Promise<string> {
  const { registry } = await context.ports();
  const hash = configHash(spec);
  await registry.putIndex({
    index: spec.index,
    alias: spec.alias,
    config: spec as unknown as JsonObject,
    configHash: hash,
    actor: context.actor,
  });
  return hash;
}

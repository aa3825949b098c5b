import { delimiter, resolve } from 'node:path';
import { z } from 'zod';
import { LifecycleError } from '../domain/errors.js';
import { cacheFolder } from '../local/cache-folder.js';
import type { Variables } from './load-config.js';

/** What the environment says of this process: where its services and folders are. */
export interface Environment {
  readonly databaseUrl?: string;
  /** `host:port`. */
  readonly temporalAddress?: string;
  readonly temporalNamespace: string;
  readonly qdrantUrl?: string;
  readonly qdrantApiKey?: string;
  /** State of the local stack, absolute. */
  readonly home: string;
  /** Folders with models, absolute, searched in this order before the cache. */
  readonly models: readonly string[];
  /** Downloads that every home folder shares, absolute. */
  readonly cache: string;
  /** Hub that models are pulled from. */
  readonly hubUrl: string;
  readonly gatewayHost: string;
  /** 0 takes a free one. */
  readonly gatewayPort: number;
}

const url = (protocol: RegExp, example: string) => z.url({ protocol, error: `must be a URL such as ${example}` });
const address = z
  .string()
  .regex(/^(?:\[[0-9a-f:.]+\]|[A-Za-z0-9._-]+):\d{1,5}$/i, {
    error: 'must be host:port, such as localhost:7233',
    abort: true,
  })
  .refine((value) => Number(value.split(':').at(-1)) <= 65_535, 'has a port above 65535');
const port = z
  .string()
  .regex(/^\d{1,5}$/, { error: 'must be a port number, 0 for a free one', abort: true })
  .refine((value) => Number(value) <= 65_535, 'must be at most 65535');

const environmentSchema = z.object({
  DATABASE_URL: url(/^postgres(ql)?$/, 'postgres://user@host:5432/name').optional(),
  TEMPORAL_ADDRESS: address.optional(),
  TEMPORAL_NAMESPACE: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be letters, digits, ".", "-" and "_"')
    .default('default'),
  QDRANT_URL: url(/^https?$/, 'http://localhost:6333').optional(),
  QDRANT_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .optional(),
  CUTOVER_HOME: z.string().default('.cutover'),
  CUTOVER_MODELS: z.string().default(''),
  HF_ENDPOINT: url(/^https?$/, 'https://hub.example.com').default('https://huggingface.co'),
  CUTOVER_GATEWAY_HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]+$/, 'must be a host name or address')
    .default('127.0.0.1'),
  CUTOVER_GATEWAY_PORT: port.default('0'),
});

/**
 * Check the variables we read. An empty one counts as not set.
 *
 * @throws LifecycleError `CONFIG_INVALID` that names every bad variable, without its value: it may be a secret.
 */
export function readEnvironment(variables: Variables): Environment {
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) throw invalid(parsed.error.issues);
  const values = parsed.data;
  return {
    ...(values.DATABASE_URL !== undefined && { databaseUrl: values.DATABASE_URL }),
    ...(values.TEMPORAL_ADDRESS !== undefined && { temporalAddress: values.TEMPORAL_ADDRESS }),
    temporalNamespace: values.TEMPORAL_NAMESPACE,
    ...(values.QDRANT_URL !== undefined && { qdrantUrl: values.QDRANT_URL }),
    ...(values.QDRANT_API_KEY !== undefined && { qdrantApiKey: values.QDRANT_API_KEY }),
    home: resolve(values.CUTOVER_HOME),
    models: values.CUTOVER_MODELS.split(delimiter)
      .filter((folder) => folder !== '')
      .map((folder) => resolve(folder)),
    cache: cacheFolder(given),
    hubUrl: values.HF_ENDPOINT.replace(/\/+$/, ''),
    gatewayHost: values.CUTOVER_GATEWAY_HOST,
    gatewayPort: Number(values.CUTOVER_GATEWAY_PORT),
  };
}

function invalid(issues: readonly z.core.$ZodIssue[]): LifecycleError {
  const lines = issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return new LifecycleError(
    'CONFIG_INVALID',
    `The environment is not usable\n${lines.map((line) => `  ${line}`).join('\n')}`,
    {
      hint: 'Correct or unset these variables; docs/configuration.md describes them.',
      facts: { problems: lines },
    },
  );
}

import { createHash } from 'node:crypto';

/** What of the environment concerns the local stack; the checked environment of `src/config` has this shape. */
export interface StackEnvironment {
  readonly databaseUrl?: string | undefined;
  readonly temporalAddress?: string | undefined;
  readonly qdrantUrl?: string | undefined;
  readonly temporalNamespace?: string | undefined;
  /** 0 or undefined takes a free one and keeps to it. */
  readonly gatewayPort?: number | undefined;
  /** Downloads that every home folder shares. */
  readonly cache?: string | undefined;
}

/** The parts that an installation may bring along, and the variable that names each. */
export const EXTERNAL_VARIABLES = {
  postgres: 'DATABASE_URL',
  temporal: 'TEMPORAL_ADDRESS',
  vectors: 'QDRANT_URL',
} as const;

export type Part = keyof typeof EXTERNAL_VARIABLES;

export const PARTS = Object.keys(EXTERNAL_VARIABLES) as readonly Part[];

/** The configured URL or address of a part; undefined when we are to provide it. */
export function configured(environment: StackEnvironment, part: Part): string | undefined {
  const value = {
    postgres: environment.databaseUrl,
    temporal: environment.temporalAddress,
    vectors: environment.qdrantUrl,
  }[part];
  return value === undefined || value === '' ? undefined : value;
}

/** What identifies the configured parts without giving their credentials away; null where a part is ours. */
export function externalDigests(environment: StackEnvironment): Record<Part, string | null> {
  const digest = (part: Part): string | null => {
    const value = configured(environment, part);
    return value === undefined ? null : createHash('sha256').update(value).digest('hex');
  };
  return { postgres: digest('postgres'), temporal: digest('temporal'), vectors: digest('vectors') };
}

import { z } from 'zod';
import { isWellFormed } from '../domain/corpus/well-formed.js';
import { LifecycleError } from '../domain/errors.js';
import type { JsonValue } from '../domain/json.js';
import type { VectorFilter } from '../ports/vector-store.js';
import { filterProblem } from './check-filter.js';

const MAX_COMPONENTS = 65_536;

const requestSchema = z
  .strictObject({
    query: z
      .string()
      .refine((text) => text.trim() !== '', 'must not be blank')
      .refine(isWellFormed, 'holds a lone surrogate: it is not text')
      .optional(),
    vector: z
      .array(z.number())
      .min(1)
      .max(MAX_COMPONENTS)
      .refine((vector) => vector.some((component) => component !== 0), 'must not be all zeros')
      .optional(),
    vectorName: z.string().min(1).max(200).optional(),
    topK: z.int().min(1).max(100).default(10),
    filter: z
      .custom<VectorFilter>()
      .superRefine((filter, context) => {
        const problem = filterProblem(filter as JsonValue);
        if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
      })
      .optional(),
    version: z.int().min(1).optional(),
  })
  .refine(({ query, vector }) => (query === undefined) !== (vector === undefined), 'give either query or vector');

export type SearchRequest = z.output<typeof requestSchema>;

/**
 * Check the body of a search.
 *
 * @throws LifecycleError `USAGE` that lists every problem.
 */
export function parseSearchRequest(body: unknown, limits: { readonly maxQueryCharacters: number }): SearchRequest {
  const parsed = requestSchema.safeParse(body);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
  const length = parsed.data?.query?.length ?? 0;
  if (length > limits.maxQueryCharacters)
    problems.push(`query: ${length} characters, at most ${limits.maxQueryCharacters}`);
  if (problems.length === 0 && parsed.data) return parsed.data;
  throw new LifecycleError('USAGE', `Not a search: ${problems.join('; ')}`, {
    hint: 'Send {"query": "..."} or {"vector": [...]}, and optionally topK (1 to 100), filter and version.',
  });
}

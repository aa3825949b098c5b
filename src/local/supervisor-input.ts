import { z } from 'zod';
import { SERVICE_NAMES } from './child-spec.js';

/** What the command that starts a supervisor tells it, as JSON in its one argument: no secrets, others can read it. */
export const supervisorInput = z.object({
  home: z.string(),
  services: z.array(z.enum(SERVICE_NAMES)),
  environment: z.object({
    temporalNamespace: z.string().optional(),
    gatewayPort: z.number().int().optional(),
    cache: z.string().optional(),
  }),
  entries: z.object({
    vectors: z.string().optional(),
    worker: z.string().optional(),
    gateway: z.string().optional(),
  }),
});

export type SupervisorInput = z.infer<typeof supervisorInput>;

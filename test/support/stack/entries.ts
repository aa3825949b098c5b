import { fileURLToPath } from 'node:url';
import type { Entries } from '../../../src/local/children.js';

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Stand-ins for our own processes: what is tested is how the supervisor treats them. */
export const STAND_INS: Entries = {
  vectors: file('stand-in-server.ts'),
  worker: file('stand-in-worker.ts'),
  gateway: file('stand-in-server.ts'),
};

export const FAILING_WORKER = file('failing-worker.ts');
export const ENSURE_STACK = file('ensure-stack-main.ts');

import pg from 'pg';
import { LifecycleError, type FailureCode } from '../../domain/errors.js';

interface Meaning {
  readonly code: FailureCode;
  readonly retryable: boolean;
  readonly hint?: string;
}

const AWAY: Meaning = {
  code: 'REGISTRY_UNAVAILABLE',
  retryable: true,
  hint: 'Is Postgres running? See: cutover status (or DATABASE_URL)',
};
const WRONG_ADDRESS: Meaning = {
  code: 'REGISTRY_UNAVAILABLE',
  retryable: false,
  hint: 'Check user, password and database in DATABASE_URL',
};
const BUSY: Meaning = { code: 'REGISTRY_UNAVAILABLE', retryable: true };

/** By SQLSTATE, or by its class (two characters). @see https://www.postgresql.org/docs/15/errcodes-appendix.html */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  '08': AWAY,
  '28': WRONG_ADDRESS,
  '3D000': WRONG_ADDRESS,
  '40': BUSY,
  '53': { ...BUSY, hint: 'Postgres lacks disk space, memory or connections' },
  '55P03': BUSY,
  '57': AWAY,
  // An error of the storage below, such as a full disk found on write.
  '58': { ...BUSY, hint: 'Look at the log of Postgres' },
  '42501': { code: 'REGISTRY_UNAVAILABLE', retryable: false, hint: 'The user of DATABASE_URL lacks a privilege' },
  CU001: { code: 'ILLEGAL_TRANSITION', retryable: false },
  '23503': { code: 'NOT_FOUND', retryable: false },
};

const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'EAI_AGAIN']);

/** What a failure of the database means to us; our own refusals pass through. */
export function translateError(error: unknown): LifecycleError {
  if (error instanceof LifecycleError) return error;
  const { code, retryable, hint } = meaningOf(error);
  const said = error instanceof Error ? describe(error) : String(error);
  return new LifecycleError(code, code === 'INTERNAL' ? `The registry failed: ${said}` : `Registry: ${said}`, {
    retryable,
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}

function meaningOf(error: unknown): Meaning {
  const code = (error as { code?: unknown }).code;
  if (error instanceof pg.DatabaseError) {
    return (
      MEANINGS[error.code ?? ''] ?? MEANINGS[error.code?.slice(0, 2) ?? ''] ?? { code: 'INTERNAL', retryable: false }
    );
  }
  if (typeof code === 'string' && NETWORK.has(code)) return AWAY;
  // The client library has no codes for a connection that ended or was not to be had in time.
  if (error instanceof Error && /connection|timeout|client was closed|not queryable/i.test(error.message)) return AWAY;
  return { code: 'INTERNAL', retryable: false };
}

/** Several addresses of one name fail as an aggregate whose own message is empty. */
function describe(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map((one) => (one as Error).message).join('; ');
  return error.message;
}

import 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Answers with the URL of the run's Postgres server, which it starts when first asked. */
    databaseBroker: string;
  }
}

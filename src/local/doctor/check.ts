import type { Environment } from '../../config/index.js';

/** One finding of `cutover doctor`; `fail` means that something will not work. */
export interface Check {
  readonly name: string;
  readonly ok: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  /** The next step, where there is one. */
  readonly hint?: string;
}

export interface DoctorOptions {
  readonly home: string;
  readonly environment: Environment;
}

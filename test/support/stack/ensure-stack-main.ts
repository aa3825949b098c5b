import { LifecycleError } from '../../../src/domain/errors.js';
import { ensureStack } from '../../../src/local/index.js';
import { STAND_INS } from './entries.js';

/** `cutover up` as a process of its own: prints progress, and last the services or the error's code as JSON. */
const print = (line: string): void => void process.stdout.write(`${line}\n`);
try {
  const { services } = await ensureStack({
    home: process.argv[2] ?? '',
    environment: {},
    explicit: true,
    onProgress: print,
    entries: STAND_INS,
  });
  print(JSON.stringify({ services }));
} catch (cause) {
  if (!(cause instanceof LifecycleError)) throw cause;
  print(JSON.stringify({ code: cause.code }));
  process.exitCode = 1;
}

import type { CommandDefinition } from '../command.js';
import { cancel } from './cancel.js';
import { compare } from './compare.js';
import { approve, reject } from './decide.js';
import { demo } from './demo.js';
import { doctor } from './doctor.js';
import { down } from './down.js';
import { history } from './history.js';
import { init } from './init.js';
import { logs } from './logs.js';
import { models } from './models.js';
import { plan } from './plan.js';
import { promote } from './promote.js';
import { reindex } from './reindex.js';
import { review } from './review.js';
import { rollback } from './rollback.js';
import { search } from './search.js';
import { serve } from './serve.js';
import { status } from './status.js';
import { up } from './up.js';
import { verify } from './verify.js';
import { versions } from './versions.js';
import { worker } from './worker.js';

/** In the order of a first day: look around, set up, build, decide, look after. */
export const COMMANDS: readonly CommandDefinition[] = [
  demo,
  init,
  doctor,
  up,
  down,
  status,
  logs,
  models,
  plan,
  reindex,
  verify,
  compare,
  review,
  approve,
  reject,
  promote,
  rollback,
  versions,
  history,
  search,
  cancel,
  worker,
  serve,
];

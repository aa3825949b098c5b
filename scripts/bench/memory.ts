import { readFile } from 'node:fs/promises';
import { connectTemporal } from '../../src/temporal-client.js';
import { openBenchPlace, writeBenchConfig, writeGenerated, type BenchPlace } from './workplace.js';

const SAMPLE_MS = 1_000;
const SHOWN = 20;

interface Sample {
  readonly seconds: number;
  readonly rssMiB: number;
}

/** Resident memory of the worker during a build with `hashing`, and the longest workflow history it left. */
export async function benchMemory(documents = 200_000): Promise<void> {
  const place = await openBenchPlace();
  try {
    await writeGenerated(place.folder, documents, 40);
    await writeBenchConfig(place.folder, '{ kind: hashing, dimensions: 256 }');
    const services = await startStack(place);
    const samples: Sample[] = [];
    const startedAt = Date.now();
    const timer = setInterval(() => void sample(services.workerPid, startedAt, samples), SAMPLE_MS);
    const result = await place.cutover('reindex', 'docs', '--yes');
    clearInterval(timer);
    console.log(JSON.stringify(result));
    print(samples);
    console.log(`longest workflow history: ${await longestHistory(services.temporalAddress)} events`);
    console.log(JSON.stringify(await place.cutover('verify', 'docs')));
  } finally {
    await place.leave();
  }
}

async function startStack(place: BenchPlace): Promise<{ workerPid: number; temporalAddress: string }> {
  const services = (await place.cutover('up'))['services'] as { name: string; url: string; pid: number }[];
  const find = (name: string) => services.find((service) => service.name === name);
  return {
    workerPid: find('worker')?.pid ?? 0,
    temporalAddress: (find('temporal')?.url ?? '').replace(/^\w+:\/\//, ''),
  };
}

async function sample(pid: number, startedAt: number, samples: Sample[]): Promise<void> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kib = /VmRSS:\s+(\d+)/.exec(status)?.[1];
  if (kib) samples.push({ seconds: (Date.now() - startedAt) / 1000, rssMiB: Math.round(Number(kib) / 1024) });
}

function print(samples: readonly Sample[]): void {
  const every = Math.max(1, Math.floor(samples.length / SHOWN));
  console.log('seconds  worker RSS MiB');
  for (const { seconds, rssMiB } of samples.filter((_, at) => at % every === 0)) {
    console.log(`${seconds.toFixed(0).padStart(7)}  ${rssMiB}`);
  }
}

async function longestHistory(temporalAddress: string): Promise<number> {
  const { client, close } = await connectTemporal({ temporalAddress }, 'default');
  let longest = 0;
  for await (const { historyLength } of client.workflow.list()) longest = Math.max(longest, historyLength ?? 0);
  await close();
  return longest;
}

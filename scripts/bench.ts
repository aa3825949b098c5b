import { benchBuild } from './bench/build.js';
import { benchMemory } from './bench/memory.js';
import { benchPipeline } from './bench/pipeline.js';
import { benchVectors } from './bench/vectors.js';

/** `npm run bench -- <name> [size]`: figures for one machine on one day; ratios travel, absolute numbers do not. */
const BENCHES: Readonly<Record<string, (size?: number) => Promise<void>>> = {
  build: benchBuild,
  memory: benchMemory,
  pipeline: benchPipeline,
  vectors: benchVectors,
};

const [name, size] = process.argv.slice(2);
const bench = name === undefined ? undefined : BENCHES[name];
if (!bench) {
  console.error(`Usage: npm run bench -- ${Object.keys(BENCHES).join('|')} [documents]`);
  process.exit(2);
}
await bench(size === undefined ? undefined : Number(size));

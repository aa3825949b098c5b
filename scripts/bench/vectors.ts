import { benchHttp } from './vectors/over-http.js';
import { benchEngine, benchMillion } from './vectors/in-process.js';
import { printRatios } from './vectors/ratio.js';

const SMALL = 100_000;

/**
 * The embedded vector server against what the machine can do, both in this run: search against the bare kernel,
 * writing against parsing. With a size (1000000), also the start, memory and search of a collection that large.
 */
export async function benchVectors(size?: number): Promise<void> {
  const ratios = [...(await benchEngine(SMALL)), ...(await benchHttp(SMALL))];
  if (size !== undefined) ratios.push(...(await benchMillion(size)));
  printRatios(ratios);
}

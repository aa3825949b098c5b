import { readFileSync, writeFileSync } from 'node:fs';

import { kernelModule } from './kernel-source.js';

/** Compile the scan kernel from its text; run by the build, and after each change of `scan.wat`. */
const folder = new URL('../src/local/vectors/kernel/', import.meta.url);
const target = new URL('kernel-bytes.ts', folder);
const compiled = await kernelModule(readFileSync(new URL('scan.wat', folder), 'utf8'));
if (readFileSync(target, { encoding: 'utf8', flag: 'a+' }) !== compiled) writeFileSync(target, compiled);

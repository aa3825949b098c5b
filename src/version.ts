import { readFileSync } from 'node:fs';

/** From the nearest `package.json`: one level up from the sources, two from `dist/src`. */
function readVersion(): string {
  for (const up of ['../package.json', '../../package.json']) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as {
        name: string;
        version: string;
      };
      if (manifest.name === 'cutover') return manifest.version;
    } catch {
      continue; // not here: one level further up
    }
  }
  return '0.0.0';
}

export const CUTOVER_VERSION = readVersion();

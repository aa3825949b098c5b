import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ENVIRONMENT_KEYS } from '../../src/config/environment-keys.js';

interface Service {
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
  readonly image: string;
  readonly build?: string;
  readonly [key: string]: unknown;
}

const file = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8');
const { services } = parse(file, { merge: true }) as { services: Readonly<Record<string, Service>> };
const ours = ['worker', 'gateway', 'cli'].map((name) => [name, services[name]!] as const);

test('the compose file holds every part of an installation', () => {
  expect(Object.keys(services)).toEqual(['postgres', 'temporal', 'qdrant', 'worker', 'gateway', 'cli']);
});

test.each(ours)('%s runs without rights, on a file system it cannot write', (_, service) => {
  expect(service).toMatchObject({ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'], read_only: true });
  expect(readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8')).toMatch(/^USER node$/m);
});

test.each(ours)('%s is given only variables that are documented, and waits for what it needs', (_, service) => {
  const known = ENVIRONMENT_KEYS.map(([name]) => name);
  expect(Object.keys(service.environment ?? {}).filter((name) => !known.includes(name))).toEqual([]);
  for (const needed of Object.keys(service.depends_on ?? {})) expect(services[needed]?.healthcheck).toBeDefined();
});

test('no password stands in the compose file, every image is pinned, and ports are open on loopback only', () => {
  for (const [name, { image, build, ports, environment }] of Object.entries(services)) {
    if (!build) expect(image).toMatch(/:v?\d+\.\d+/);
    for (const port of ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    const secrets = Object.entries(environment ?? {}).filter(([key]) => /KEY|PWD|PASSWORD/.test(key));
    for (const [key, value] of secrets) expect(`${name} ${key} ${value}`).toMatch(/ \$\{\w+(:\?[^}]*|:-)\}$/);
  }
});

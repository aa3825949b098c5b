import { Refusal, notFound } from '../refusal.js';

/** Calls of Qdrant that we know of and do not serve; `*` stands for one part of the path, `**` for the rest. */
const UNSERVED: readonly (readonly [path: string, what: string])[] = [
  ['/collections/*/snapshots/**', 'snapshots'],
  ['/snapshots/**', 'snapshots'],
  ['/collections/*/shards/**', 'shards'],
  ['/collections/*/cluster', 'clusters'],
  ['/cluster/**', 'clusters'],
  ['/collections/*/facet', 'facets'],
  ['/collections/*/points/search/matrix/**', 'distance matrices'],
  ['/collections/*/points/search/**', 'the search calls before points/query'],
  ['/collections/*/points/recommend/**', 'recommendations'],
  ['/collections/*/points/discover/**', 'discovery'],
  ['/collections/*/points/vectors/**', 'changes to vectors alone'],
  ['/collections/*/vectors/*', 'vector names added later'],
  ['/telemetry', 'telemetry'],
  ['/issues', 'issues'],
  ['/locks', 'locks'],
  ['/quotas', 'quotas'],
  ['/profiler/**', 'profiling'],
];

/** Named, so that nobody takes a missing part for a broken one. */
export function unserved(method: string, path: string): Refusal {
  const what = UNSERVED.find(([pattern]) => matches(pattern.split('/'), path.split('/')))?.[1];
  if (what === undefined) return notFound(`${method} ${path} is no call of Qdrant's REST API`);
  return new Refusal(
    501,
    `Wrong input: ${method} ${path} (${what}) is not served by the embedded vector server; use a real Qdrant`,
  );
}

function matches(pattern: readonly string[], parts: readonly string[]): boolean {
  const isOpen = pattern.at(-1) === '**';
  const fixed = isOpen ? pattern.slice(0, -1) : pattern;
  const fits = isOpen ? parts.length >= fixed.length : parts.length === fixed.length;
  return fits && fixed.every((part, i) => part === '*' || part === parts[i]);
}

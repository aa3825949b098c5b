import type { VectorDatabase } from '../engine/vector-database.js';

interface Gauge {
  readonly name: string;
  readonly help: string;
  /** Value by collection. */
  readonly of: (points: number) => number;
}

/** What Qdrant measures by collection, under its names. Nothing is ever queued or optimized here. */
const BY_COLLECTION: readonly Gauge[] = [
  { name: 'collection_points', help: 'approximate amount of points per collection', of: (points) => points },
  { name: 'collection_update_queue_length', help: 'number of pending updates per collection', of: () => 0 },
  { name: 'collection_update_queue_deferred_points', help: 'number of deferred points per collection', of: () => 0 },
  { name: 'collection_running_optimizations', help: 'number of running optimizations per collection', of: () => 0 },
  { name: 'snapshot_creation_running', help: 'amount of snapshot creations in process', of: () => 0 },
];

/** The state of the server in Prometheus' text format. */
export function renderMetrics(database: VectorDatabase, server: { title: string; version: string }): string {
  const points = [...database.state.collections].map(([name, record]) => [name, database.pointsOf(record)] as const);
  const lines = [
    ...gauge('app_info', 'information about qdrant server', [
      `{name=${quoted(server.title)},version=${quoted(server.version)}} 1`,
    ]),
    ...gauge('collections_total', 'number of collections', [` ${points.length}`]),
    ...BY_COLLECTION.flatMap(({ name, help, of }) =>
      gauge(
        name,
        help,
        points.map(([id, count]) => `{id=${quoted(id)}} ${of(count)}`),
      ),
    ),
    ...gauge('memory_resident_bytes', 'total bytes in physically resident data pages', [
      ` ${process.memoryUsage.rss()}`,
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

const gauge = (name: string, help: string, values: readonly string[]): readonly string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} gauge`,
  ...values.map((value) => `${name}${value}`),
];

const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

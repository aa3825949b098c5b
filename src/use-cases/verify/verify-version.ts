import type { Revision } from '../../domain/ids.js';
import type { IndexVersion } from '../../domain/version/version.js';
import type { Ports } from '../../ports/index.js';
import type { LogDisagreement, VersionKey } from '../../ports/ledger.js';
import { requireVersion } from '../catch-up/catch-up-ports.js';
import { requireOwnCollection } from '../catch-up/require-own-collection.js';
import { describeDifference, type Difference } from './document-check.js';
import { PointInspector } from './point-inspector.js';
import { recheck } from './recheck.js';
import { APPROXIMATE_SHARE, selfSearch } from './self-search.js';
import { surveyAll, surveyChanged, type Survey } from './survey.js';
import { MAX_FINDINGS, type Finding, type VerifyReport } from './verify-report.js';

export type { VerifyReport } from './verify-report.js';

export type VerifyPorts = Pick<Ports, 'registry' | 'log' | 'ledger' | 'fence' | 'vectors'>;

export interface VerifyOptions {
  /** `full` reads every point, `difference` those of documents changed after `since`. */
  readonly mode: 'full' | 'difference';
  /** Revision the version was last verified at; default 0. */
  readonly since?: Revision;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

const SELF_SEARCHES = 1_000;

/**
 * Hold a version's collection against log and ledger: nothing missing, nothing extra, payloads as written, vectors
 * sound, sampled points find themselves. Reads only, and does not throw on findings: `ok` says it. Beside a running
 * catch-up only what differs twice counts. In full it reads each point once and remembers a count and a digest for each
 * document: its memory grows by that with a corpus.
 *
 * @throws {LifecycleError} `NOT_FOUND`, `FOREIGN_COLLECTION`
 */
export async function verifyVersion(
  ports: VerifyPorts,
  key: VersionKey,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const version = await requireVersion(ports, key);
  await requireOwnCollection(ports, version);
  const total = await totalOf(ports, version, options);
  const inspector = new PointInspector(version.identity.embedder.dimensions, Math.ceil(total / SELF_SEARCHES) || 1);
  const unapplied = await ports.ledger.disagreements(version, version.watermark, MAX_FINDINGS);
  const survey = await surveyOf(ports, version, { ...options, inspector, total });
  const differences = await recheck(ports, version, { ids: survey.suspects, signal: options.signal });
  const sample = findsItself(version) ? inspector.sample.slice(0, SELF_SEARCHES) : [];
  const search = await selfSearch(ports.vectors, version, { sample, signal: options.signal });
  return reportOf({
    version,
    survey,
    differences,
    unapplied: await stillUnapplied(ports, version, unapplied),
    inspector,
    search,
  });
}

function surveyOf(
  ports: VerifyPorts,
  version: IndexVersion,
  options: VerifyOptions & { readonly inspector: PointInspector; readonly total: number },
): Promise<Survey> {
  if (options.mode === 'full') return surveyAll(ports, version, options);
  return surveyChanged(ports, version, { ...options, since: options.since ?? 0 });
}

async function totalOf({ log, vectors }: VerifyPorts, version: IndexVersion, options: VerifyOptions): Promise<number> {
  if (options.mode === 'full') return vectors.count(version.collection);
  const range = { from: options.since ?? 0, to: version.watermark };
  const { documents, deleted } = await log.measure(version.index, range);
  return documents + deleted;
}

/** By the dot product of vectors of different length another point may rightly be nearer than oneself. */
function findsItself({ identity }: IndexVersion): boolean {
  return identity.schema.distance !== 'Dot' || identity.embedder.normalize;
}

/** Documents below the watermark that the ledger did not have at first, and does not have now. */
async function stillUnapplied(
  { ledger }: VerifyPorts,
  version: IndexVersion,
  first: readonly LogDisagreement[],
): Promise<readonly LogDisagreement[]> {
  if (first.length === 0) return [];
  const again = await ledger.disagreements(version, version.watermark, MAX_FINDINGS);
  const ids = new Set(first.map(({ docId }) => docId));
  return again.filter(({ docId }) => ids.has(docId));
}

interface Evidence {
  readonly version: IndexVersion;
  readonly survey: Survey;
  readonly differences: readonly Difference[];
  readonly unapplied: readonly LogDisagreement[];
  readonly inspector: PointInspector;
  readonly search: Awaited<ReturnType<typeof selfSearch>>;
}

function reportOf({ version, survey, differences, unapplied, inspector, search }: Evidence): VerifyReport {
  const { findings: searchFindings, ...self } = search;
  const shared = inspector.sharedVectors();
  const faults: readonly Finding[] = [
    ...unapplied.map(describeUnapplied),
    ...differences.map(describeDifference),
    ...inspector.findings,
    ...searchFindings,
  ];
  const points = (kind: Difference['kind']): number =>
    differences.filter((difference) => difference.kind === kind).reduce((sum, { points: count }) => sum + count, 0);
  return {
    version: version.number,
    expected: survey.expected,
    found: survey.found,
    missing: points('missing'),
    extra: points('extra'),
    mismatched: points('mismatched'),
    selfSearch: self,
    findings: [...faults, ...shared.findings].slice(0, MAX_FINDINGS),
    ok: faults.length === 0 && !shared.isBroken && self.approximate >= APPROXIMATE_SHARE,
    watermark: version.watermark,
  };
}

function describeUnapplied({ docId, logRevision, ledgerRevision }: LogDisagreement): Finding {
  const applied = ledgerRevision === undefined ? 'never applied' : `applied up to revision ${ledgerRevision}`;
  return { kind: 'not-applied', docId, detail: `${applied}, the log has ${logRevision}` };
}

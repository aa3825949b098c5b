import { cutOffOf } from '../../domain/eval/metric.js';
import { describePinned } from '../../domain/eval/pinned.js';
import { reportedMetrics } from '../../domain/gate/measure.js';
import type { GatePolicy } from '../../domain/gate/policy.js';
import { checkProbes, toolsOf } from '../catch-up/check-encoder.js';
import type { Measured } from './assemble-report.js';
import { askSide, type SideAnswers } from './ask-side.js';
import type { CompareOptions, ComparePorts } from './compare-request.js';
import type { GoldenQueries } from './golden-queries.js';
import { measureLatency } from './measure-latency.js';
import type { Side } from './side.js';

/** Documents a run keeps per query, unless a metric looks deeper. */
const DEPTH = 100;

export interface Contest {
  readonly live: Side | undefined;
  readonly candidate: Side;
  readonly golden: GoldenQueries;
}

/** Ask both sides everything. What comes back is only figures: whether they mean anything is for others. */
export async function measureSides(
  ports: ComparePorts,
  contest: Contest,
  options: CompareOptions,
): Promise<Measured & { readonly durationsMs: { readonly retrieve: number; readonly latency: number } }> {
  const { live, candidate, golden } = contest;
  const { vectors } = ports;
  const { signal } = options;
  const policy = candidate.spec.gate;
  const sides = live ? [live, candidate] : [candidate];
  for (const { version } of sides) await checkProbes(toolsOf(ports, version), version, { signal });

  const began = performance.now();
  const { exact } = await vectors.describe();
  const onAnswered = progressOf(sides.length * (golden.judged.length + golden.pinned.length), options);
  const depth = depthOf(policy);
  const ask = (side: Side) =>
    askSide(vectors, side, { queries: golden.judged, depth, annK: exact ? undefined : policy.k, signal, onAnswered });
  const askPinned = async (side: Side) =>
    (await askSide(vectors, side, { queries: golden.pinned, depth, annK: undefined, signal, onAnswered })).run;
  const theirs = live && (await ask(live));
  const ours = await ask(candidate);
  const pinned = describePinned(golden.pinned, policy.k, {
    live: live && (await askPinned(live)),
    candidate: await askPinned(candidate),
  });
  const retrieved = performance.now();

  const latencies = await measureLatency(vectors, sides, {
    queries: golden.judged,
    k: policy.k,
    seed: policy.seed,
    signal,
  });
  const [first, second] = latencies ?? [];
  const latency = first ? { live: live ? first : null, candidate: second ?? first } : null;
  const durationsMs = {
    retrieve: Math.round(retrieved - began),
    latency: Math.round(performance.now() - retrieved),
  };
  const pair = { live: theirs?.run, candidate: ours.run, qrels: golden.qrels };
  return { golden, pair, pinned, annRecall: annRecallOf(theirs, ours), latency, durationsMs };
}

const annRecallOf = (theirs: SideAnswers | undefined, ours: SideAnswers) =>
  ours.annRecall === undefined ? null : { live: theirs?.annRecall ?? null, candidate: ours.annRecall };

export const depthOf = (policy: GatePolicy): number =>
  Math.max(
    DEPTH,
    policy.k,
    ...reportedMetrics(policy).map((name) => (name === 'empty-rate' ? 0 : (cutOffOf(name) ?? 0))),
  );

function progressOf(total: number, { onProgress }: CompareOptions): (queries: number) => void {
  let done = 0;
  return (queries) => {
    done += queries;
    onProgress?.(done, total);
  };
}

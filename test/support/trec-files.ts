import type { Qrels } from '../../src/domain/eval/evaluate-run.js';
import { rankRun, type ScoredDocument } from '../../src/domain/eval/rank-run.js';
import type { Run } from '../../src/domain/eval/trec.js';
import { docId, type DocId } from '../../src/domain/ids.js';

const rows = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/));

function group<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list) list.push(item);
  else map.set(key, [item]);
}

/** A TREC run file: ranks in the file are ignored, as trec_eval does. */
export function parseTrecRun(text: string): Run {
  const byQuery = new Map<string, ScoredDocument[]>();
  for (const [query = '', , id = '', , score = ''] of rows(text)) {
    group(byQuery, query, { docId: docId(id), score: Number(score) });
  }
  return new Map([...byQuery].map(([query, documents]) => [query, rankRun(documents)]));
}

/** BEIR qrels: a header, then `query  document  grade`. */
export function parseTsvQrels(text: string): Qrels {
  const byQuery = new Map<string, [DocId, number][]>();
  for (const [query = '', id = '', grade = ''] of rows(text).slice(1)) {
    group(byQuery, query, [docId(id), Number(grade)]);
  }
  return new Map([...byQuery].map(([query, grades]) => [query, new Map(grades)]));
}

/** Output of `trec_eval -q`: query → measure → value as printed. */
export function parseTrecEval(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const byQuery = new Map<string, [string, string][]>();
  for (const [measure = '', query = '', value = ''] of rows(text)) group(byQuery, query, [measure, value]);
  return new Map([...byQuery].map(([query, values]) => [query, new Map(values)]));
}

/** As C's `%.4f`: a value exactly between two goes to the even one (`toFixed` goes up). Only multiples of 1/32 can be. */
export function printfFour(value: number): string {
  const scaled = value * 10_000;
  const isTie = Number.isInteger(value * 32) && scaled % 1 === 0.5;
  return isTie && Math.floor(scaled) % 2 === 0 ? (Math.floor(scaled) / 10_000).toFixed(4) : value.toFixed(4);
}
